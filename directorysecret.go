package tenancy

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
)

// A directory's secret is the product, "_ds_", 22 digits of base 62 that are the
// directory's ID, 43 that are 256 random bits, and a checksum (base62.go). So a request says which directory it is of, and the store is asked for that
// one alone.
//
// A token is the product, "_dt_", the ID as in a secret, 11 digits that are the instant at
// which it expires, 86 that are a signature of all before them, and the checksum. The key
// that signs is derived from the secret, and the directory's record has the one that
// checks: who reads the store can make no token, and a token ends with its secret.
const (
	secretMark      = "_ds_"
	tokenMark       = "_dt_"
	idDigits        = 22
	instantDigits   = 11
	signatureDigits = 86
)

// directorySecret returns the secret of a directory that has the given random bits.
func (d *Directory) directorySecret(id DirectoryID, random [32]byte) Secret {
	text := string(d.product) + secretMark + digits62(id[:], idDigits) + digits62(random[:], randomDigits)
	return summed(text)
}

// directoryToken returns a token that was made with the secret of a proof.
func (d *Directory) directoryToken(proof *directoryProof, expires Instant) Secret {
	at := binary.BigEndian.AppendUint64(nil, uint64(expires))
	text := string(d.product) + tokenMark + digits62(proof.directory[:], idDigits) + digits62(at, instantDigits)
	signature := ed25519.Sign(proof.secret.signingKey(), []byte(text))
	text += digits62(signature, signatureDigits)
	return summed(text)
}

// signingKey derives from a directory's secret the key that its tokens are signed with.
func (s Secret) signingKey() ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("tenancy directory token 1\x00" + s.reveal()))
	return ed25519.NewKeyFromSeed(seed[:])
}

// tokenKey returns the key that checks the tokens made with a directory's secret.
func (s Secret) tokenKey() [32]byte {
	return [32]byte(s.signingKey().Public().(ed25519.PublicKey))
}

// directoryProof is what a request proves with which directory it is of: a secret or a
// token.
type directoryProof struct {
	directory DirectoryID
	secret    Secret
	hash      [32]byte // of the secret
	expires   Instant  // of a token; zero: it is a secret
	signed    []byte   // the part of a token that is signed
	signature []byte
}

// isToken reports whether it is a token.
func (p *directoryProof) isToken() bool { return p.expires != 0 }

// parseDirectoryProof reads a secret or a token. It reports whether it has the form of
// one, whichever product it is of.
func parseDirectoryProof(secret Secret) (p directoryProof, sound bool) {
	text, summed := unsummed(secret.reveal())
	if !summed {
		return directoryProof{}, false
	}
	if id, ok := cutDigits(text, secretMark, idDigits, randomDigits); ok {
		p.directory, sound = directoryOf(id[0])
		p.secret, p.hash = secret, secret.hash()
		return p, sound
	}
	if part, ok := cutDigits(text, tokenMark, idDigits, instantDigits, signatureDigits); ok {
		var at, signature []byte
		var isInstant, isSignature bool
		p.directory, sound = directoryOf(part[0])
		at, isInstant = bytes62(part[1], 8)
		signature, isSignature = bytes62(part[2], ed25519.SignatureSize)
		if !sound || !isInstant || !isSignature {
			return directoryProof{}, false
		}
		p.expires = Instant(binary.BigEndian.Uint64(at))
		p.signed, p.signature = []byte(text[:len(text)-signatureDigits]), signature
		return p, p.expires > 0
	}
	return directoryProof{}, false
}

// holds reports whether the proof proves at a time that a request is of a directory; nil:
// there is none.
func (p *directoryProof) holds(d *DirectoryRecord, now Instant) bool {
	if d == nil || d.ID != p.directory || d.Removed != 0 {
		return false
	}
	previous := now < d.PreviousEnds
	if !p.isToken() {
		return p.hash == d.Personal.Secret || previous && p.hash == d.Personal.Previous
	}
	return now < p.expires &&
		(p.signedWith(d.Personal.Verifier) || previous && p.signedWith(d.Personal.PreviousVerifier))
}

// signedWith reports whether a key checks the token.
func (p *directoryProof) signedWith(key [32]byte) bool {
	return ed25519.Verify(key[:], p.signed, p.signature)
}

// directoryOf reads the digits of a directory's ID.
func directoryOf(digits string) (DirectoryID, bool) {
	id, ok := bytes62(digits, len(DirectoryID{}))
	if !ok {
		return DirectoryID{}, false
	}
	return DirectoryID(id), !DirectoryID(id).IsZero()
}

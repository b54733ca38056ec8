package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/add4b1c6/tenancy"
)

// Secret is what an endpoint and the host share. Its text is "whsec_" and the base64 of
// 24 to 64 random bytes. It redacts itself wherever it is printed; Reveal returns the
// text. The zero Secret is none.
type Secret struct{ tenancy.Personal }

const secretPrefix = "whsec_"

// NewSecret draws a secret of 32 random bytes.
func NewSecret() Secret {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	return Secret{tenancy.NewPersonal(secretPrefix + base64.StdEncoding.EncodeToString(key[:]))}
}

// ParseSecret reads the text of a secret.
//
// Errors: ErrSecret if it is not of the form that Secret describes.
func ParseSecret(text string) (Secret, error) {
	s := Secret{tenancy.NewPersonal(text)}
	if s.key() == nil {
		return Secret{}, ErrSecret
	}
	return s, nil
}

// key returns the bytes of a secret, or nil if it is not sound.
func (s Secret) key() []byte {
	encoded, ok := strings.CutPrefix(s.Reveal(), secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil
	}
	return key
}

// sign returns the header webhook-signature of a message.
func sign(secrets []Secret, id string, at time.Time, body string) string {
	var signatures []string
	for _, s := range secrets {
		mac := hmac.New(sha256.New, s.key())
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "." + body))
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " ")
}

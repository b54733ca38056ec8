package tenancy

import (
	"hash/crc32"
	"math/big"
	"strings"
)

// Secrets of keys and of directories are a product, a mark, numbers in base 62, and 6
// digits that are the CRC-32 (IEEE) of all before them. The checksum lets scanners of
// published code tell a secret from a text that looks like one, and refuses a mistyped one
// without asking the store.
const (
	base62    = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sumDigits = 6
)

// summed returns a text with its checksum as a secret.
func summed(text string) Secret { return Secret{hide(text + sumOf(text))} }

// unsummed returns a text without its checksum. It reports whether that is right.
func unsummed(text string) (string, bool) {
	end := len(text) - sumDigits
	if end < 0 || sumOf(text[:end]) != text[end:] {
		return "", false
	}
	return text[:end], true
}

// sumOf returns the digits of a text's checksum.
func sumOf(text string) string {
	sum := new(big.Int).SetUint64(uint64(crc32.ChecksumIEEE([]byte(text))))
	return digits62(sum.Bytes(), sumDigits)
}

// cutDigits cuts a text that is a product, a mark and numbers of so many digits each. It
// returns the numbers.
func cutDigits(text, mark string, widths ...int) (numbers []string, ok bool) {
	for i := len(widths) - 1; i >= 0; i-- {
		at := len(text) - widths[i]
		if at < 0 || strings.Trim(text[at:], base62) != "" {
			return nil, false
		}
		numbers = append([]string{text[at:]}, numbers...)
		text = text[:at]
	}
	product, ok := strings.CutSuffix(text, mark)
	return numbers, ok && isLabel(Reference(product))
}

// digits62 returns bytes in base 62, as one number with leading zeros.
func digits62(b []byte, width int) string {
	n, base, digit := new(big.Int).SetBytes(b), big.NewInt(int64(len(base62))), new(big.Int)
	digits := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		digits[i] = base62[digit.Int64()]
	}
	return string(digits)
}

// bytes62 reads a number in base 62 as so many bytes. It reports whether it fits.
func bytes62(digits string, size int) ([]byte, bool) {
	n, base := new(big.Int), big.NewInt(int64(len(base62)))
	for _, digit := range digits {
		n.Mul(n, base).Add(n, big.NewInt(int64(strings.IndexRune(base62, digit))))
	}
	if n.BitLen() > 8*size {
		return nil, false
	}
	return n.FillBytes(make([]byte, size)), true
}

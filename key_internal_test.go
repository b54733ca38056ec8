package tenancy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKeySecretForm has texts whose checksum is right: what is before it must have the form
// of a key too, so that the store is asked for nothing else (USR-22, SEC-15).
func TestKeySecretForm(t *testing.T) {
	random := strings.Repeat("0aZ9", 10) + "xyz"
	require.Len(t, random, randomDigits)
	for text, want := range map[string]bool{
		"acme" + keyMark + random:                          true,
		"a" + keyMark + random:                             true,
		"acme-1" + keyMark + random:                        true,
		"acme" + "_sk-" + random:                           false,
		"acme" + "-xyz" + random:                           false,
		keyMark + random:                                   false,
		"a" + keyMark + random[1:]:                         false,
		"Acme Ltd" + keyMark + random:                      false,
		"acme_" + keyMark + random:                         false,
		"acme" + keyMark + random[1:] + "-":                false,
		"acme" + keyMark + "_" + random[1:]:                false,
		"acme" + keyMark + random[:20] + "é" + random[22:]: false,
	} {
		require.Equal(t, want, isKeySecret(summed(text).Reveal()), "USR-22 %q", text)
		require.False(t, isKeySecret(text), "USR-22 %q without its checksum", text)
	}
}

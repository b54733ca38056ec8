package console

import (
	"strings"
	"testing"
)

// EventKinds are the types of events by their kinds in the filter of the log.
func EventKinds() map[string][]string {
	kinds := map[string][]string{}
	for _, k := range eventKinds {
		kinds[k.key] = strings.Fields(k.types)
	}
	return kinds
}

// VerifyAtMost has a step of a verification end after fewer bytes in a test.
func VerifyAtMost(t *testing.T, bytes int) {
	was := verifyBytes
	verifyBytes = bytes
	t.Cleanup(func() { verifyBytes = was })
}

package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The guide says how much a page reads at most, as the crawl of the console requires it, and
// shows pictures that are there and small.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/console.md")
	require.NoError(t, err)
	crawl, err := os.ReadFile("../../console/crawl_test.go")
	require.NoError(t, err)
	most := regexp.MustCompile(`const mostReads = (\d+)`).FindSubmatch(crawl)
	require.NotNil(t, most)
	require.Contains(t, string(guide), "A page reads in at most "+string(most[1])+" transactions of the store")
	pictures := regexp.MustCompile(`console/\w+\.png`).FindAllString(string(guide), -1)
	require.NotEmpty(t, pictures)
	for _, picture := range pictures {
		info, err := os.Stat("../../docs/" + picture)
		require.NoError(t, err)
		require.Less(t, info.Size(), int64(150_000), picture)
	}
}

package table_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/examples/internal/table"
)

func TestWrite(t *testing.T) {
	var w strings.Builder
	table.Write(&w, "People", "NAME|ROLE|SEEN", [][]string{{"Chloé", "owner", "today"}, {"Ben", "", ""}})
	require.Equal(t, `
People

  NAME   ROLE   SEEN
  Chloé  owner  today
  Ben    -      -
`, w.String())
}

package pgstore_test

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// sentStatements is a tracer that keeps the texts of the statements that connections send.
type sentStatements struct{ texts sync.Map }

func (s *sentStatements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	s.texts.Store(data.SQL, true)
	return ctx
}

func (s *sentStatements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (s *sentStatements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	for _, q := range data.Batch.QueuedQueries {
		s.texts.Store(q.SQL, true)
	}
	return ctx
}

func (s *sentStatements) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (s *sentStatements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

// planNode is a node of what EXPLAIN says in JSON.
type planNode struct {
	Kind     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Cond     string `json:"Index Cond"`
	Plans    []planNode
}

// scans appends the nodes that go through a whole table or a whole index.
func (p planNode) scans(found []string) []string {
	indexed := strings.HasPrefix(p.Kind, "Index") && p.Cond != ""
	if p.Relation != "" && strings.HasSuffix(p.Kind, "Scan") && !indexed && p.Kind != "Bitmap Heap Scan" {
		found = append(found, p.Kind+" of "+p.Relation)
	}
	for _, below := range p.Plans {
		found = below.scans(found)
	}
	return found
}

var (
	planned   = regexp.MustCompile(`^(SELECT|INSERT|UPDATE|DELETE|WITH)\b[^;]*$`)
	parameter = regexp.MustCompile(`\$(\d+)`)
)

// useIndexes requires that each statement can be answered by indexes alone. PostgreSQL plans
// it for any values, and is told to go through a table or an index, as joins by merging and
// hashing do, only if there is no other way. So what it says does not depend on how many rows
// it thinks there are, which autovacuum changes at any time.
func (s *sentStatements) useIndexes(t *testing.T) {
	pool := connect(t, server.URL(takeTraced(t, nil).name))
	defer pool.Close()
	c, err := pool.Acquire(t.Context())
	require.NoError(t, err)
	defer c.Release()
	_, err = c.Exec(t.Context(), `SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;
		SET enable_mergejoin = off; SET enable_hashjoin = off`)
	require.NoError(t, err)
	require.Equal(t, []string{"Seq Scan of tenancy_users"}, scansOf(t, c.Conn(), "SELECT id FROM tenancy_users WHERE name = $1"))
	asked := 0
	for text := range s.texts.Range {
		if text := text.(string); strings.Contains(text, "tenancy_") && planned.MatchString(text) {
			asked++
			require.Empty(t, scansOf(t, c.Conn(), text), text)
		}
	}
	t.Logf("%d statements", asked)
	require.Greater(t, asked, 100)
}

// scansOf asks PostgreSQL which tables and indexes a statement goes through.
func scansOf(t *testing.T, c *pgx.Conn, text string) (found []string) {
	values := 0
	for _, p := range parameter.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(p[1])
		require.NoError(t, err)
		values = max(values, n)
	}
	execute := "EXECUTE planned"
	if values > 0 {
		execute += "(" + strings.Join(slices.Repeat([]string{"NULL"}, values), ", ") + ")"
	}
	_, err := c.Exec(t.Context(), "PREPARE planned AS "+text)
	require.NoError(t, err, text)
	var explained []byte
	require.NoError(t, c.QueryRow(t.Context(), "EXPLAIN (FORMAT JSON) "+execute, pgx.QueryExecModeSimpleProtocol).Scan(&explained), text)
	_, err = c.Exec(t.Context(), "DEALLOCATE planned")
	require.NoError(t, err)
	var plans []struct{ Plan planNode }
	require.NoError(t, json.Unmarshal(explained, &plans))
	for _, p := range plans {
		found = p.Plan.scans(found)
	}
	return found
}

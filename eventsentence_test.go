package tenancy_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestSentences wants a sentence for each type of event, whose places are fields of the
// type, and no others (EVT-8).
func TestSentences(t *testing.T) {
	t.Parallel()
	table := tenancy.Sentences()
	for _, data := range tenancy.EventTypes() {
		name := tenancy.EventType(data)
		sentence, ok := table[name]
		require.True(t, ok, "no sentence for %s", name)
		for _, place := range regexp.MustCompile(`[{](.*?)[}]`).FindAllStringSubmatch(sentence, -1) {
			_, field := reflect.TypeOf(data).FieldByName(place[1])
			require.True(t, field || place[1] == "actor", "%s has no %s", name, place[1])
		}
		said := tenancy.Event{Data: data}.Sentence(nil)
		require.NotContains(t, said, "{")
		delete(table, name)
	}
	require.Empty(t, table, "sentences of no type")
	e := tenancy.Event{Data: tenancy.OrganizationRenamed{}}
	require.Equal(t, "OrganizationRenamed", e.Sentence(map[string]string{}))
	require.Equal(t, "by system, {Nothing} and {more",
		e.Sentence(map[string]string{"OrganizationRenamed": "by {actor}, {Nothing} and {more"}))
}

// TestOCSF wants of each type of event the attributes that the schema requires of its
// class, which testdata/ocsf.json holds as the schema's version 1.8.0 has them (EVT-6).
func TestOCSF(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/ocsf.json")
	require.NoError(t, err)
	var facts struct {
		Version  string
		Required []string
		Metadata []string
		Classes  map[string]struct {
			Required   []string
			Activities []int
		}
	}
	require.NoError(t, json.Unmarshal(text, &facts))
	for _, zero := range tenancy.EventTypes() {
		e := tenancy.LoggedEvent{Event: tenancy.Event{Stream: organizationStream(tenancy.OrganizationID{1}),
			Time: 1_767_225_600_000_000, Data: withIDs(zero)}}
		var out bytes.Buffer
		require.NoError(t, tenancy.ExportLog(&out, tenancy.LogOCSF, func(yield func(tenancy.LoggedEvent, error) bool) { yield(e, nil) }))
		var got map[string]any
		require.NoError(t, json.Unmarshal(out.Bytes(), &got))
		class, ok := facts.Classes[jsonNumber(got["class_uid"])]
		require.True(t, ok, "%v", got["class_uid"])
		for _, attribute := range append(facts.Required, class.Required...) {
			require.Contains(t, got, attribute, "%T", zero)
		}
		for _, attribute := range facts.Metadata {
			require.Contains(t, got["metadata"], attribute)
		}
		require.Equal(t, facts.Version, got["metadata"].(map[string]any)["version"])
		require.Contains(t, class.Activities, int(got["activity_id"].(float64)), "%T", zero)
		require.Equal(t, got["class_uid"].(float64)*100+got["activity_id"].(float64), got["type_uid"])
		for _, object := range []string{"user", "group", "entity"} {
			if thing, ok := got[object].(map[string]any); ok {
				require.NotEmpty(t, thing["uid"], "%T", zero)
			}
		}
		require.Equal(t, strings.Count(out.String(), "\n"), 1)
	}
}

func jsonNumber(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// withIDs returns event data whose IDs are not zero.
func withIDs(zero tenancy.EventData) tenancy.EventData {
	v := reflect.New(reflect.TypeOf(zero)).Elem()
	for _, field := range v.Fields() {
		if field.Kind() == reflect.Array {
			field.Index(0).SetUint(7)
		}
	}
	return v.Interface().(tenancy.EventData)
}

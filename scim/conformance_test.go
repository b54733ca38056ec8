package scim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/scim"
)

// A file of testdata holds scenarios: requests in order, each with the answer that it has
// to get, against a directory that is empty at first. So cases are added without code.
type (
	file struct {
		About     string     `json:"about"` // what the file holds, and where it is from
		Scenarios []scenario `json:"scenarios"`
	}
	scenario struct {
		Name  string `json:"name"`
		Steps []step `json:"steps"`
	}
	step struct {
		Name    string            `json:"name"`
		Method  string            `json:"method"`
		Path    string            `json:"path"`    // behind the prefix; spaces and quotes may stand as they are
		Headers map[string]string `json:"headers"` // beside Authorization and Content-Type; "" takes one away
		Body    any               `json:"body"`    // JSON; a string is sent as it is
		Status  int               `json:"status"`
		// Answer is a part of what the body has to be: an object has at least these members, a
		// list has exactly these elements. null: the member is absent. "{{any}}": any value.
		Answer        any               `json:"answer"`
		AnswerHeaders map[string]string `json:"answerHeaders"` // "": the header is absent
		Save          map[string]string `json:"save"`          // a name, and the path in the answer, as in "Resources.0.id"
	}
)

// In all texts {{name}} stands for what a step saved under that name. {{secret}},
// {{directory}} and {{base}} are there from the start.
func TestConformance(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		var f file
		require.NoError(t, decoder.Decode(&f), name)
		require.NotEmpty(t, f.Scenarios, name)
		for _, one := range f.Scenarios {
			t.Run(strings.TrimSuffix(filepath.Base(name), ".json")+"/"+one.Name, func(t *testing.T) { one.run(t) })
		}
	}
}

func (sc scenario) run(t *testing.T) {
	s := newScene(t, scim.Options{})
	saved := map[string]string{"secret": s.secret, "directory": s.directory.String(), "base": base}
	for i, step := range sc.Steps {
		name := fmt.Sprintf("step %d: %s %s %s", i+1, step.Name, step.Method, step.Path)
		w := step.send(s, saved)
		require.Equal(t, step.Status, w.Code, "%s\n%s", name, w.Body)
		for header, want := range step.AnswerHeaders {
			require.Equal(t, fill(want, saved), w.Header().Get(header), "%s: %s", name, header)
		}
		var answer any
		if w.Body.Len() > 0 {
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer), name)
		}
		if step.Answer != nil {
			if problem := lacks(answer, fillAll(step.Answer, saved), ""); problem != "" {
				require.Fail(t, name, "%s\n%s", problem, w.Body)
			}
		}
		for as, path := range step.Save {
			saved[as] = fmt.Sprint(at(t, answer, path))
		}
	}
}

func (st step) send(s *scene, saved map[string]string) *httptest.ResponseRecorder {
	var body []byte
	switch b := st.Body.(type) {
	case nil:
	case string:
		body = []byte(fill(b, saved))
	default:
		body, _ = json.Marshal(fillAll(b, saved))
	}
	headers := http.Header{}
	headers.Set("Authorization", "Bearer "+s.secret)
	if body != nil {
		headers.Set("Content-Type", "application/scim+json")
	}
	for name, value := range st.Headers {
		headers.Del(name)
		if value != "" {
			headers.Set(name, fill(value, saved))
		}
	}
	path := strings.NewReplacer(" ", "%20", `"`, "%22").Replace(fill(st.Path, saved))
	r := httptest.NewRequestWithContext(s.tb.Context(), st.Method, "/scim/v2"+path, bytes.NewReader(body))
	r.Header = headers
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

var places = regexp.MustCompile(`\{\{(\w+)\}\}`)

func fill(text string, saved map[string]string) string {
	return places.ReplaceAllStringFunc(text, func(place string) string {
		if value, found := saved[strings.Trim(place, "{}")]; found {
			return value
		}
		return place
	})
}

func fillAll(value any, saved map[string]string) any {
	switch v := value.(type) {
	case string:
		return fill(v, saved)
	case []any:
		list := make([]any, len(v))
		for i, one := range v {
			list[i] = fillAll(one, saved)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, one := range v {
			object[fill(name, saved)] = fillAll(one, saved)
		}
		return object
	}
	return value
}

// lacks returns where an answer is not what it has to be, or "".
func lacks(has, want any, where string) string {
	switch want := want.(type) {
	case map[string]any:
		object, is := has.(map[string]any)
		if !is {
			return fmt.Sprintf("%s: %v is no object", where, has)
		}
		for name, one := range want {
			value, found := object[name]
			switch {
			case one == nil && found:
				return fmt.Sprintf("%s.%s is there: %v", where, name, value)
			case one == nil:
			case !found:
				return fmt.Sprintf("%s.%s is missing", where, name)
			default:
				if problem := lacks(value, one, where+"."+name); problem != "" {
					return problem
				}
			}
		}
		return ""
	case []any:
		list, _ := has.([]any)
		if len(list) != len(want) {
			return fmt.Sprintf("%s: %v has %d elements, not %d", where, has, len(list), len(want))
		}
		for i := range want {
			if problem := lacks(list[i], want[i], fmt.Sprintf("%s.%d", where, i)); problem != "" {
				return problem
			}
		}
		return ""
	}
	if want == "{{any}}" || has == want {
		return ""
	}
	return fmt.Sprintf("%s is %v, not %v", where, has, want)
}

// at returns the value at a path of an answer, as in "Resources.0.id".
func at(t *testing.T, value any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			var i int
			_, err := fmt.Sscan(name, &i)
			require.NoError(t, err, path)
			require.Less(t, i, len(v), path)
			value = v[i]
		}
	}
	require.NotNil(t, value, path)
	return value
}

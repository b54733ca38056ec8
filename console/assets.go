package console

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"net/http"

	"github.com/add4b1c6/tenancy"
)

var (
	//go:embed assets/console.css
	styleSheet string
	//go:embed assets/console.js
	script string
)

// assets are the files of the pages: by name, with the version that their URLs have.
type assets struct {
	version string
	files   map[string]asset
}

type asset struct{ kind, text string }

// newAssets makes the files of a look. The colours stand in the style sheet, since the pages
// allow no inline style.
func newAssets(look Look) assets {
	theme := fmt.Sprintf(":root{--accent-light:%s;--accent-dark:%s}\n",
		cmp.Or(look.Accent, "#2456c9"), cmp.Or(look.AccentDark, "#8ab0ff"))
	a := assets{files: map[string]asset{
		"console.css": {"text/css; charset=utf-8", styleSheet + theme},
		"console.js":  {"text/javascript; charset=utf-8", script},
	}}
	sum := sha256.Sum256([]byte(a.files["console.css"].text + a.files["console.js"].text))
	a.version = hex.EncodeToString(sum[:8])
	return a
}

// assetURL is the path of a file. It changes with the file, so browsers keep it for good.
func (c *console) assetURL(name string) string { return c.url("assets", c.assets.version, name) }

func (c *console) asset(w http.ResponseWriter, r *http.Request) {
	file, found := c.assets.files[r.PathValue("name")]
	if !found || r.PathValue("version") != c.assets.version {
		c.refuse(w, r, tenancy.CodeNotFound)
		return
	}
	w.Header().Set("Content-Type", file.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write([]byte(file.text))
}

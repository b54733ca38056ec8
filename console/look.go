package console

import (
	"encoding/hex"
	"math"
	"net/url"
	"regexp"
	"strings"
)

// Look is the product's name and colours.
type Look struct {
	Product string // the product's name, in the head of each page; "": "Console"
	Home    string // the URL that the name leads to, as SignIn is one; "": the first page of the console
	// Accent is the colour of buttons and links, as "#rrggbb"; AccentDark is the one on dark
	// ground. Text on it is white, and nearly black in the dark. Its contrast with that text
	// and with the ground of the page is at least 4.5 to 1, as WCAG measures it. "": a blue.
	Accent, AccentDark string
}

var colorForm = regexp.MustCompile(`^(#[0-9A-Fa-f]{6})?$`)

// The colours of console.css that an accent stands beside: the text on it, and the ground
// that links in it stand on.
var (
	besideAccent     = []string{"#ffffff", "#f7f8fa"}
	besideAccentDark = []string{"#0c1220", "#171c25"}
)

// leastContrast is what text needs, by WCAG 2.2 (1.4.3).
const leastContrast = 4.5

// check refuses colours that are none, and such as are hard to read.
func (l Look) check() error {
	for accent, beside := range map[string][]string{l.Accent: besideAccent, l.AccentDark: besideAccentDark} {
		if !colorForm.MatchString(accent) {
			return unfit("a colour is not #rrggbb")
		}
		for _, color := range beside {
			if accent != "" && contrast(accent, color) < leastContrast {
				return unfit("a colour has too little contrast")
			}
		}
	}
	return nil
}

// contrast is the contrast of two colours: from 1 to 21.
func contrast(one, other string) float64 {
	a, b := luminance(one), luminance(other)
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// luminance is how light a colour is, as sRGB defines it: from 0 to 1.
func luminance(color string) (sum float64) {
	parts, err := hex.DecodeString(strings.TrimPrefix(color, "#"))
	if err != nil || len(parts) != 3 {
		return 0 // the form of a colour is checked before
	}
	for i, share := range []float64{0.2126, 0.7152, 0.0722} {
		light := float64(parts[i]) / 255
		if light <= 0.04045 {
			light /= 12.92
		} else {
			light = math.Pow((light+0.055)/1.055, 2.4)
		}
		sum += share * light
	}
	return sum
}

// isPath reports whether a URL is a path on this host, or "".
func isPath(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "" && u.Host == "" && (text == "" || strings.HasPrefix(text, "/"))
}

// isLink reports whether a URL is a path, or one of http or https.
func isLink(text string) bool {
	u, err := url.Parse(text)
	return isPath(text) || err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

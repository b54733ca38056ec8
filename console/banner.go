package console

// Banner is a line above every page, such as who somebody acts for or what the service
// is down for.
type Banner struct {
	Text  string // in the reader's language; the pages do not translate it
	Links []BannerLink
}

// BannerLink is a link in a Banner. The host chooses its URL.
type BannerLink struct {
	Text, URL string
	Current   bool // where the reader is, among several
}

// Banner is the line above the page, or nil.
func (v *view) Banner() *Banner {
	if v.o.Banner == nil {
		return nil
	}
	return v.o.Banner(v.r)
}

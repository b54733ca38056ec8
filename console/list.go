package console

import (
	"cmp"
	"iter"
	"net/url"

	"github.com/add4b1c6/tenancy"
)

// pageSize is how many items a page of a list shows.
const pageSize = 50

// item is what lists have.
type item interface{ Cursor() tenancy.Cursor }

// list is a page of a list.
type list[T any] struct {
	Items  []T
	Pager  pager
	before []tenancy.Cursor // see Before
}

// Before is the cursor after which the i-th item is the first one. A page about the item
// finds it there.
func (l list[T]) Before(i int) tenancy.Cursor { return l.before[i] }

// firstOf returns the first item of a list that is the one wanted. It looks at no more than
// seekMost.
func firstOf[T any](items iter.Seq2[T, error], wanted func(T) bool) (found T, ok bool, err error) {
	looked := 0
	for item, err := range items {
		if err != nil {
			return found, false, err
		}
		if wanted(item) {
			return item, true, nil
		}
		if looked++; looked == seekMost {
			break
		}
	}
	return found, false, nil
}

// pager leads from one page of a list to the next.
type pager struct {
	First string // the path of the first page; "": this is it
	Next  string // of the next page; "": this is the last
}

// after is where the page of a list begins.
func (v *visit) after() tenancy.Cursor { return tenancy.Cursor(v.query("after")) }

// query is a parameter of the URL.
func (v *visit) query(name string) string { return v.r.URL.Query().Get(name) }

// collect reads the page of a list, which began at after.
func collect[T item](v *visit, items iter.Seq2[T, error]) (list[T], error) {
	return sift(v, items, func(T) bool { return true })
}

// siftMost is how many items sift looks at.
const siftMost = 500

// sift reads the page of a list of which only some items are wanted. However few it finds, it
// looks at no more than siftMost: the next page goes on behind them.
func sift[T item](v *visit, items iter.Seq2[T, error], wanted func(T) bool) (list[T], error) {
	l, last, looked := list[T]{before: []tenancy.Cursor{v.after()}}, v.after(), 0
	for item, err := range items {
		if err != nil {
			return list[T]{}, err
		}
		if looked == siftMost || len(l.Items) == pageSize {
			l.Pager.Next = v.with("after", string(last))
			break
		}
		looked, last = looked+1, item.Cursor()
		if wanted(item) {
			l.Items, l.before = append(l.Items, item), append(l.before, last)
		}
	}
	if v.after() != "" {
		l.Pager.First = v.with("after", "")
	}
	return l, nil
}

// seekMost is how many items seek looks at.
const seekMost = 500

// listedFrom is where the page of a list began that led here: the parameter "from" of the URL
// or of the form.
func (v *visit) listedFrom() string { return cmp.Or(v.query("from"), v.value("from")) }

// seek finds an item of a list of which the library reads no single one. It begins where the
// page of the list did that led here. What is not among the items from there on is not found.
func seek[T any](v *visit, items func(tenancy.Cursor) iter.Seq2[T, error], is func(T) bool) (T, error) {
	found, ok, err := firstOf(items(tenancy.Cursor(v.listedFrom())), is)
	if err == nil && !ok {
		err = tenancy.CodeNotFound
	}
	return found, err
}

// with is the page's own path with one parameter changed, or removed if it is "". What was
// just done is not said again.
func (v *visit) with(name, value string) string {
	query := v.r.URL.Query()
	query.Del("done")
	query.Set(name, value)
	if value == "" {
		query.Del(name)
	}
	if len(query) == 0 {
		return v.r.URL.Path
	}
	return (&url.URL{Path: v.r.URL.Path, RawQuery: query.Encode()}).String()
}

// position is the cursor before the item that a page or a form is about: list.Before.
func (v *visit) position() tenancy.Cursor {
	if at := v.r.PostForm.Get("at"); at != "" {
		return tenancy.Cursor(at)
	}
	return tenancy.Cursor(v.query("at"))
}

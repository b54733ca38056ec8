// Package chrome drives the machine's own Chromium over pages: for tests of what a reader
// sees and does, and for screenshots.
package chrome

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// ErrNone is the error of a machine without a browser.
var ErrNone = errors.New("no Chromium was found: apt-get install chromium, or name one in $CHROMIUM")

// find returns the program of the browser.
func find() (string, error) {
	if named := os.Getenv("CHROMIUM"); named != "" {
		return exec.LookPath(named)
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNone
}

// Browser is a browser without a window and with a profile of its own.
type Browser struct {
	ctx  context.Context
	stop func()
}

// Start starts a browser. Close ends it.
func Start() (*Browser, error) {
	path, err := find()
	if err != nil {
		return nil, err
	}
	profile, err := os.MkdirTemp("", "chromium")
	if err != nil {
		return nil, err
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.Headless, chromedp.NoFirstRun, chromedp.DisableGPU,
		chromedp.NoDefaultBrowserCheck, chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("hide-scrollbars", true),
	}
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	b := &Browser{ctx: ctx, stop: func() {
		cancel()
		end()
		_ = os.RemoveAll(profile)
	}}
	if err := chromedp.Do(ctx); err != nil {
		b.stop()
		return nil, err
	}
	return b, nil
}

// Close ends the browser.
func (b *Browser) Close() { b.stop() }

// Tab is a page of a browser, with cookies of its own.
type Tab struct {
	ctx  context.Context
	stop func()

	mu       sync.Mutex
	messages []string
	page     network.RequestID // what the tab asked for last, to show
}

// patience is how long one step may take. It is an end for what never comes.
const patience = 30 * time.Second

// Tab opens a tab, in a window of 1280 by 900.
func (b *Browser) Tab() (*Tab, error) {
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t := &Tab{ctx: ctx, stop: cancel}
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		return nil, err
	}
	if err := chromedp.Listen(ctx, t.hear); err != nil {
		cancel()
		return nil, err
	}
	return t, errors.Join(t.Size(1280, 900), t.Zone("UTC"))
}

// refused is what the browser says of a form that was refused, which is as it should be.
var refused = regexp.MustCompile(`status of (400|403|409|422|429) `)

// hear keeps what went wrong in the browser, and which page it shows.
func (t *Tab) hear(event any) {
	var message string
	switch e := event.(type) {
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument {
			t.mu.Lock()
			t.page = e.RequestID
			t.mu.Unlock()
		}
		return
	case *runtime.EventExceptionThrown:
		message = e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			message += " " + e.ExceptionDetails.Exception.Description
		}
	case *log.EventEntryAdded:
		if e.Entry.Level != log.EntryLevelError && e.Entry.Level != log.EntryLevelWarning || refused.MatchString(e.Entry.Text) {
			return
		}
		message = string(e.Entry.Source) + ": " + e.Entry.Text
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeWarning {
			return
		}
		message = "console: " + string(e.Type)
	default:
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.messages = append(t.messages, message)
}

// Close closes the tab.
func (t *Tab) Close() { t.stop() }

// Messages returns the errors and warnings that the browser has had since it was last
// asked: of scripts, and of what the pages' Content-Security-Policy forbids.
func (t *Tab) Messages() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	messages := t.messages
	t.messages = nil
	return messages
}

// run does something in the tab.
func run[T any](t *Tab, action chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, action)
}

// do is run for what has no result.
func do[T any](t *Tab, action chromedp.Action[T]) error {
	_, err := run(t, action)
	return err
}

// Go opens a URL and waits until it is loaded.
func (t *Tab) Go(url string) error { return do(t, chromedp.Navigate(url)) }

// Size sets the size of the window.
func (t *Tab) Size(width, height int64) error { return do(t, chromedp.EmulateViewport(width, height)) }

// Zone sets the time zone.
func (t *Tab) Zone(name string) error {
	_, err := chromedp.Call(t.ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: name})
	return err
}

// Media sets what the reader prefers: the colour scheme, light or dark, and less motion.
func (t *Tab) Media(scheme string, still bool) error {
	motion := "no-preference"
	if still {
		motion = "reduce"
	}
	_, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
	}})
	return err
}

// Scripts switches the scripts of the pages that are opened from now on.
func (t *Tab) Scripts(on bool) error {
	_, err := chromedp.Call(t.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
	return err
}

// Cookie sets a cookie of a site.
func (t *Tab) Cookie(site, name, value string) error {
	_, err := chromedp.Call(t.ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: site})
	return err
}

// Clipboard lets the pages of a site read and write the clipboard.
func (t *Tab) Clipboard(site string) error {
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(t.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted, Origin: site,
			BrowserContextID: chromedp.FromContext(t.ctx).BrowserContextID,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Eval evaluates an expression in the page, and waits for it if it is a promise.
func Eval[T any](t *Tab, expression string) (T, error) {
	return run(t, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Ask calls a function of the page with an argument.
func Ask[T any](t *Tab, function string, argument any) (T, error) {
	text, err := json.Marshal(argument)
	if err != nil {
		return *new(T), err
	}
	return Eval[T](t, "("+function+")("+string(text)+")")
}

// Wait waits until an expression is true, which it looks at whenever the page changes.
func (t *Tab) Wait(expression string) error {
	_, err := Eval[bool](t, `new Promise((done) => {
		const seen = () => { if (`+expression+`) { watch.disconnect(); done(true); } };
		const watch = new MutationObserver(seen);
		watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
		seen();
	})`)
	return err
}

// at returns the middle of the element that a reader knows by its text, in the section with
// a heading if there is one.
const at = `([text, heading]) => {
	const headed = (e) => !heading || [...(e.closest("section")?.querySelectorAll("h2, h3") || [])].some((h) => h.innerText.trim() === heading);
	const named = (e) => (e.getAttribute("aria-label") || (e.querySelector(".label") || e).textContent || "").replace(/[\u2068\u2069]/g, "").replace(/\s+/g, " ").trim();
	const shown = [...document.querySelectorAll("a, button, summary, label")].filter((e) => e.checkVisibility() && headed(e));
	const found = shown.find((e) => named(e) === text && e.closest("main")) || shown.find((e) => named(e) === text);
	if (!found) return null;
	found.scrollIntoView({block: "center"});
	const box = found.getClientRects()[0];
	return {x: box.x + box.width / 2, y: box.y + box.height / 2};
}`

// Press clicks what has a text: a link, a button, a label. It waits for nothing.
func (t *Tab) Press(text string) error { return t.PressIn("", text) }

// PressIn clicks what has a text in the section with a heading.
func (t *Tab) PressIn(heading, text string) error {
	click, err := t.click(text, heading)
	if err != nil {
		return err
	}
	return do(t, click)
}

func (t *Tab) click(text, heading string) (chromedp.Action[chromedp.Void], error) {
	place, err := Ask[*struct{ X, Y float64 }](t, at, []string{text, heading})
	if err == nil && place == nil {
		err = fmt.Errorf("there is no link, button or label %q", text)
	}
	if err != nil {
		return nil, err
	}
	return chromedp.MouseClickXY(place.X, place.Y), nil
}

// Follow clicks what has a text, and waits for the page that it leads to.
func (t *Tab) Follow(text string) error { return t.FollowIn("", text) }

// FollowIn is Follow in the section with a heading.
func (t *Tab) FollowIn(heading, text string) error {
	click, err := t.click(text, heading)
	if err != nil {
		return err
	}
	return t.loads(click)
}

// loads does something and waits for the page that it leads to.
func (t *Tab) loads(action chromedp.Action[chromedp.Void]) error {
	return do(t, chromedp.WaitEvent(page.LoadEventFired, nil, action))
}

// Key presses a key. Enter waits for the page that it leads to.
func (t *Tab) Key(key string) error { return do(t, chromedp.KeyEvent(key)) }

// Enter presses the Enter key, and waits for the page that it leads to.
func (t *Tab) Enter() error { return t.loads(chromedp.KeyEvent("\r")) }

// Type types a text into the field with a label, in place of what it has.
func (t *Tab) Type(label, text string) error {
	found, err := Ask[bool](t, `(label) => {
		const named = (l) => l.innerText.replace(/[\u2068\u2069]/g, "").trim();
		const found = [...document.querySelectorAll("main label")].find((l) => l.checkVisibility() && named(l) === label);
		const field = found && (found.control || found.querySelector("input, textarea"));
		if (!field) return false;
		field.focus();
		if (field.select) field.select();
		return true;
	}`, label)
	if err == nil && !found {
		err = fmt.Errorf("there is no field %q", label)
	}
	if err != nil {
		return err
	}
	return do(t, chromedp.KeyEvent(text))
}

// Set sets the field with a label, such as one of a time, to a value.
func (t *Tab) Set(label, value string) error {
	found, err := Ask[bool](t, `([label, value]) => {
		const found = [...document.querySelectorAll("main label")].find((l) => l.checkVisibility() && l.innerText.trim() === label);
		if (!found || !found.control) return false;
		found.control.value = value;
		return found.control.value === value;
	}`, []string{label, value})
	if err == nil && !found {
		err = fmt.Errorf("there is no field %q that takes %q", label, value)
	}
	return err
}

// Choose chooses an option of the list with a label, by its text.
func (t *Tab) Choose(label, option string) error {
	found, err := Ask[bool](t, `([label, option]) => {
		const found = [...document.querySelectorAll("main label")].find((l) => l.checkVisibility() && l.innerText.trim() === label);
		const chosen = found && found.control && [...found.control.options].find((o) => o.text.replace(/[\u2068\u2069]/g, "").trim() === option);
		if (!chosen) return false;
		found.control.value = chosen.value;
		found.control.dispatchEvent(new Event("input", {bubbles: true}));
		return true;
	}`, []string{label, option})
	if err == nil && !found {
		err = fmt.Errorf("there is no list %q with %q", label, option)
	}
	return err
}

// Text returns what the page's main part says, with single spaces.
func (t *Tab) Text() (string, error) {
	return Eval[string](t, `(document.querySelector("main") || document.body).innerText.replace(/[\u2068\u2069]/g, "").replace(/\s+/g, " ").trim()`)
}

// Picture returns the whole page as PNG, or what of it is in the window.
func (t *Tab) Picture(whole bool) ([]byte, error) {
	if whole {
		return run(t, chromedp.FullScreenshot(100))
	}
	return run(t, chromedp.CaptureScreenshot())
}

package chrome

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Source returns the page as it came from the server, also one that answered a POST.
func (t *Tab) Source() ([]byte, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	t.mu.Lock()
	page := t.page
	t.mu.Unlock()
	found, err := chromedp.Call(ctx, network.GetResponseBody, network.GetResponseBodyParams{RequestID: page})
	if err != nil {
		return nil, err
	}
	return found.Body, nil
}

// Reload loads the page again. If it answered a POST, that is sent again.
func (t *Tab) Reload() error { return do(t, chromedp.Reload()) }

// Download clicks what has a text, and returns the file that it leads to.
func (t *Tab) Download(text string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	folder, err := os.MkdirTemp("", "download")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if _, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: folder, EventsEnabled: new(true),
		BrowserContextID: chromedp.FromContext(t.ctx).BrowserContextID,
	}); err != nil {
		return nil, err
	}
	ended := make(chan *browser.EventDownloadProgress, 1)
	if err := chromedp.ListenBrowser(ctx, func(event any) {
		if e, is := event.(*browser.EventDownloadProgress); is && e.State != browser.DownloadProgressStateInProgress {
			select {
			case ended <- e:
			default:
			}
		}
	}); err != nil {
		return nil, err
	}
	if err := t.Press(text); err != nil {
		return nil, err
	}
	select {
	case e := <-ended:
		if e.State != browser.DownloadProgressStateCompleted {
			return nil, errors.New("the download was given up")
		}
		return os.ReadFile(filepath.Join(folder, e.GUID))
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

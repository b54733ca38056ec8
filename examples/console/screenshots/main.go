// Program screenshots makes a picture of every kind of page of the console, as several
// people see it, in three widths, light and dark. Who comes later is shown what looks
// different to them.
//
//	go -C examples/console run ./screenshots -out DIR
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy/examples/console/internal/chrome"
	"github.com/add4b1c6/tenancy/examples/console/internal/demo"
	"github.com/add4b1c6/tenancy/examples/console/internal/pages"
)

func main() {
	out := flag.String("out", "", "the folder for the pictures, which is made; needed")
	only := flag.String("only", "", "a regular expression: only pages whose kind, such as /console/organizations/{id}/users, it matches")
	actors := flag.String("as", "owner,member,invitee,staff", "whom to act as, by the keys of the demonstration")
	widths := flag.String("widths", "1280,768,390", "the widths of the window")
	whole := flag.Bool("whole", true, "the whole page, and not only what is in the window")
	schemes := flag.String("schemes", "light,dark", "the colour schemes")
	flag.Parse()
	if *out == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*out, *only, strings.Split(*actors, ","), strings.Split(*widths, ","), strings.Split(*schemes, ","), *whole); err != nil {
		log.Print(err)
		os.Exit(1)
	}
}

func run(out, only string, actors, widths, schemes []string, whole bool) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- demo.Run(ctx, "localhost:0", "", 0, func(url string) { ready <- strings.TrimSuffix(url, "/") })
	}()
	var site string
	select {
	case site = <-ready:
	case err := <-ended:
		return err
	}
	browser, err := chrome.Start()
	if err != nil {
		return err
	}
	defer browser.Close()
	seen := pages.Shapes{}
	for _, actor := range actors {
		found, err := pages.Find(ctx, site, actor, demo.Start(actor))
		if err != nil {
			return err
		}
		few := slices.DeleteFunc(pages.Few(found), func(p pages.Page) bool { return !wanted.MatchString(p.Kind) || !seen.Add(p) })
		if err := take(browser, site, actor, few, out, widths, schemes, whole); err != nil {
			return err
		}
	}
	stop()
	return <-ended
}

// take makes the pictures of pages, as somebody sees them.
func take(
	browser *chrome.Browser, site, actor string, found []pages.Page, out string, widths, schemes []string, whole bool,
) error {
	tab, err := browser.Tab()
	if err != nil {
		return err
	}
	defer tab.Close()
	if err := tab.Cookie(site, "actor", actor); err != nil {
		return err
	}
	for _, width := range widths {
		var pixels int64
		if _, err := fmt.Sscan(width, &pixels); err != nil {
			return err
		}
		if err := tab.Size(pixels, 844); err != nil {
			return err
		}
		for _, p := range found {
			if err := tab.Go(site + p.Path); err != nil {
				return err
			}
			for _, scheme := range schemes {
				if err := tab.Media(scheme, true); err != nil {
					return err
				}
				picture, err := tab.Picture(whole)
				if err != nil {
					return err
				}
				file := filepath.Join(out, strings.Join([]string{actor, name(p.Kind), width, scheme}, "-")+".png")
				if err := os.WriteFile(file, picture, 0o644); err != nil {
					return err
				}
				fmt.Println(file)
			}
		}
	}
	return nil
}

// name is a kind of page as a part of a file's name.
func name(kind string) string {
	kind = strings.Replace(strings.TrimPrefix(strings.TrimPrefix(kind, "/staff"), "/console"), "/organizations/{id}", "/org", 1)
	return cmp.Or(strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ReplaceAll(kind, "{id}", "one"), "-"), "-"), "first")
}

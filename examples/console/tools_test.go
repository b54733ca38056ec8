//go:build !race

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// npm returns the folder of a package, which it gets from npm and keeps in the user's cache
// folder. Nothing of it becomes a part of this repository.
//
//   - axe-core 4.14.1 (MPL-2.0) finds what keeps people from using a page.
//   - vnu-jar 26.9.27 (MIT) is the W3C's own checker of HTML, so what it finds is what the
//     standard says. It checks all pages in one run. html-validate would need no Java, but
//     a newer Node than Debian has, and has rules of its own beside the standard's.
func npm(t *testing.T, name, version string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	folder := filepath.Join(cache, "tenancy-console", name+"-"+version)
	found := filepath.Join(folder, "node_modules", name)
	if _, err := os.Stat(found); err == nil {
		return found
	}
	program, err := exec.LookPath("npm")
	need(t, missing(err, "npm: apt-get install npm"))
	require.NoError(t, os.MkdirAll(filepath.Dir(folder), 0o755))
	fresh, err := os.MkdirTemp(filepath.Dir(folder), "new")
	require.NoError(t, err)
	defer func() { _ = os.RemoveAll(fresh) }()
	said, err := exec.CommandContext(t.Context(), program, "install", "--prefix", fresh, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error",
		name+"@"+version).CombinedOutput()
	need(t, missing(err, name+" from npm: "+string(said)))
	if err := os.Rename(fresh, folder); err != nil { // another run was first
		require.DirExists(t, found)
	}
	return found
}

// missing is what a machine lacks, if there is an error.
func missing(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: this machine lacks %s", err, what)
}

// axe returns the script of axe-core.
func axe(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(npm(t, "axe-core", "4.14.1"), "axe.min.js"))
	require.NoError(t, err)
	return string(script)
}

// checkHTML requires that pages are valid, by the names of their files.
func checkHTML(t *testing.T, files map[string][]byte) {
	t.Helper()
	jar := filepath.Join(npm(t, "vnu-jar", "26.9.27"), "build", "dist", "vnu.jar")
	java, err := exec.LookPath("java")
	need(t, missing(err, "Java: apt-get install default-jre-headless"))
	folder := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), text, 0o600))
	}
	run := exec.CommandContext(t.Context(), java, "-Xss8m", "-jar", jar, "--format", "json", "--stdout", "--exit-zero-always", folder)
	text, err := run.Output()
	require.NoError(t, err)
	var found struct {
		Messages []struct{ Type, SubType, URL, Message, Extract string }
	}
	require.NoError(t, json.Unmarshal(text, &found))
	told := map[string]bool{}
	for _, m := range found.Messages {
		if m.Type == "info" || told[m.Message] { // advice, or the same in another page
			continue
		}
		told[m.Message] = true
		t.Errorf("%s: %s: %s", filepath.Base(m.URL), m.Message, strings.Join(strings.Fields(m.Extract), " "))
	}
}

package console

import (
	_ "embed"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"text/template/parse"
)

// saidInGo are the sentences that stand in Go, one a line. The others stand in the templates.
// A test compares them with the sources, and writes them:
//
//	go test -run TestSentencesInGo . -rewrite
//
//go:embed sentences.txt
var saidInGo string

// Sentences returns the English sentences of the pages, sorted, for Locale.Sentences. Values
// stand where a sentence has %s. The pages also show the sentences of the codes
// (tenancy.Codes) and those of the events (tenancy.Sentences), which a host translates too.
func Sentences() []string {
	all := map[string]bool{}
	for sentence := range strings.SplitSeq(strings.TrimSpace(saidInGo), "\n") {
		all[sentence] = true
	}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		panic(err) // the pattern is fixed
	}
	for _, file := range files {
		text, err := fs.ReadFile(templateFiles, file)
		if err != nil {
			panic(err) // the files are a part of the program
		}
		trees := map[string]*parse.Tree{}
		tree := parse.New(file)
		tree.Mode = parse.SkipFuncCheck
		if _, err := tree.Parse(string(text), "", "", trees); err != nil {
			panic(err) // NewHandler refuses such a template too
		}
		for _, defined := range trees {
			said(defined.Root, all)
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// said collects the sentences that the function t says in a part of a template.
func said(node parse.Node, into map[string]bool) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				said(child, into)
			}
		}
	case *parse.IfNode:
		saidInBranch(&n.BranchNode, into)
	case *parse.RangeNode:
		saidInBranch(&n.BranchNode, into)
	case *parse.WithNode:
		saidInBranch(&n.BranchNode, into)
	case *parse.ActionNode:
		said(n.Pipe, into)
	case *parse.TemplateNode:
		said(n.Pipe, into)
	case *parse.PipeNode:
		if n != nil {
			for _, command := range n.Cmds {
				said(command, into)
			}
		}
	case *parse.CommandNode:
		if name, calls := n.Args[0].(*parse.IdentifierNode); calls && name.Ident == "t" && len(n.Args) > 1 {
			if sentence, is := n.Args[1].(*parse.StringNode); is {
				into[sentence.Text] = true
			}
		}
		for _, argument := range n.Args {
			said(argument, into)
		}
	}
}

func saidInBranch(n *parse.BranchNode, into map[string]bool) {
	said(n.Pipe, into)
	said(n.List, into)
	said(n.ElseList, into)
}

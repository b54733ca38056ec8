package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// doc is a user's document, or an object in it, as JSON has it.
type doc = map[string]any

// operation is an operation of a PATCH.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path,omitempty"`
	Value any    `json:"value"`
	bare  bool   // there is no value
}

func (o operation) MarshalJSON() ([]byte, error) {
	said := doc{"op": o.Op}
	if o.Path != "" {
		said["path"] = o.Path
	}
	if !o.bare {
		said["value"] = o.Value
	}
	return json.Marshal(said)
}

// outcome is what a PATCH leads to.
type outcome struct {
	Document doc    `json:"document"`
	Refused  string `json:"refused"` // why; "": it is not
}

//go:embed peer.mjs
var script string

// peer is another implementation, in a process of node.
type peer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startPeer starts the script in the directory that the package is installed in.
func startPeer(dir string) (*peer, error) {
	p := &peer{cmd: exec.Command("node", "--input-type=module", "-e", script)}
	p.cmd.Dir, p.cmd.Stderr = dir, os.Stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	return p, p.cmd.Start()
}

func (p *peer) stop() error {
	if err := p.in.Close(); err != nil {
		return err
	}
	return p.cmd.Wait()
}

// apply has the peer apply operations to a document, which stays as it is.
func (p *peer) apply(document doc, operations ...operation) (outcome, error) {
	question, err := json.Marshal(doc{"document": document, "operations": operations})
	if err != nil {
		return outcome{}, err
	}
	if _, err := p.in.Write(append(question, '\n')); err != nil {
		return outcome{}, err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return outcome{}, fmt.Errorf("the peer: %w", err)
	}
	var answer outcome
	err = json.Unmarshal(line, &answer)
	for _, derived := range []string{"emails", "schemas", "meta", "id"} {
		delete(answer.Document, derived)
	}
	return answer, err
}

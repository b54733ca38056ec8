// Verifylog says whether a log that ExportLog wrote was tampered with since. It needs no
// store and no network:
//
//	verifylog [-head stream:number:hash]... file.ndjson
//
// A file whose name ends in .csv is read as CSV. A head is what LogHead returned and
// somebody kept elsewhere; without one a file that was cut off behind an event is sound
// in itself. The exit code is 0 if nothing is wrong, 1 if something is, and 2 if that
// cannot be told.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/add4b1c6/tenancy"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout)) }

func run(args []string, out io.Writer) int {
	var heads []tenancy.LogHead
	flags := flag.NewFlagSet("verifylog", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Func("head", "stream:number:hash, of a head that was kept", func(text string) error {
		head, err := parseHead(text)
		heads = append(heads, head)
		return err
	})
	if flags.Parse(args) != nil || flags.NArg() != 1 {
		return say(out, 2, "usage: verifylog [-head stream:number:hash]... file")
	}
	file, err := os.Open(flags.Arg(0))
	if err != nil {
		return say(out, 2, err)
	}
	defer func() { _ = file.Close() }()
	format := tenancy.LogNDJSON
	if strings.HasSuffix(flags.Arg(0), ".csv") {
		format = tenancy.LogCSV
	}
	code := 0
	for found, err := range tenancy.VerifyExport(file, format, heads...) {
		if err != nil {
			return say(out, 2, err)
		}
		if found.Reason != tenancy.UncheckedType {
			code = 1
		}
		if code = say(out, code, found.Stream, found.Sequence, reasons[found.Reason]); code == 2 {
			return code
		}
	}
	if code == 0 {
		return say(out, 0, "nothing was tampered with")
	}
	return code
}

var reasons = map[tenancy.TamperingReason]string{
	tenancy.TamperedHash:  "was changed, or cannot be read",
	tenancy.TamperedChain: "does not follow the event before it",
	tenancy.TamperedHead:  "is not what the head says",
	tenancy.TamperedFile:  "is no whole export: no event is in it, or its first row is missing",
	tenancy.UncheckedType: "is of a type that this version does not know: upgrade to check it",
}

func say(out io.Writer, code int, what ...any) int {
	if _, err := fmt.Fprintln(out, what...); err != nil {
		return 2
	}
	return code
}

// parseHead reads a head: the stream, the number and the hash in hex.
func parseHead(text string) (head tenancy.LogHead, err error) {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return head, fmt.Errorf("a head has three parts")
	}
	if err = head.Stream.UnmarshalText([]byte(parts[0])); err != nil {
		return head, err
	}
	if head.Sequence, err = strconv.ParseUint(parts[1], 10, 64); err != nil {
		return head, err
	}
	return head, head.Hash.UnmarshalText([]byte(parts[2]))
}

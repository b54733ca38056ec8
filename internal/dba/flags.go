package dba

import "flag"

// ByDefault sets a flag of the testing package or of package rapid, unless the command gave it.
func ByDefault(name, value string) {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	if given {
		return
	}
	if err := flag.Set(name, value); err != nil {
		panic(err)
	}
}

package console

import "strings"

// EventKinds are the types of events by their kinds in the filter of the log.
func EventKinds() map[string][]string {
	kinds := map[string][]string{}
	for _, k := range eventKinds {
		kinds[k.key] = strings.Fields(k.types)
	}
	return kinds
}

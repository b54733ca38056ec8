package demo

import (
	"context"
	"net"
	"sync"
)

// dns is a tenancy.Resolver of the records that were published in it, in place of the
// internet's. The zero value has none.
type dns struct {
	mu      sync.Mutex
	records map[string]string
}

// LookupTXT returns the record of a name, or the error of a name that does not exist.
func (d *dns) LookupTXT(_ context.Context, name string) ([]string, error) {
	if value := d.value(name); value != "" {
		return []string{value}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (d *dns) value(name string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.records[name]
}

// publish sets the record of a name. An empty one removes it.
func (d *dns) publish(name, value string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.records == nil {
		d.records = map[string]string{}
	}
	d.records[name] = value
}

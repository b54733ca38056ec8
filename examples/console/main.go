// Program console serves the pages of package console over an organization that is made
// up. Its sign-in is for demonstration: whoever opens it chooses whom to act as, so it
// serves this machine alone.
//
//	go run ./examples/console                  # in memory: each start begins anew
//	go run ./examples/console -db demo.db      # in a file of SQLite
//	go run ./examples/console -big 100000      # with as many more people
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/add4b1c6/tenancy/examples/console/internal/demo"
)

func main() {
	addr := flag.String("addr", "localhost:8088", "where to serve: a port of this machine")
	file := flag.String("db", "", "a file of SQLite that keeps everything; empty: memory")
	big := flag.Int("big", 0, "how many more people the organization has")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := demo.Run(ctx, *addr, *file, *big, func(url string) { fmt.Println(url) }); err != nil {
		log.Print(err)
		os.Exit(1)
	}
}

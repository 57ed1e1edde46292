// The agents' side of spire-server's API, as quick as Go's own client makes it: it becomes an agent, registers
// entries, and then, for each line of a number of seconds, asks for batches that long and says how many came.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Orders is what the bench passes on the command line, as the name of a JSON file.
type Orders struct {
	Socket      string   `json:"socket"`
	Address     string   `json:"address"`
	TrustDomain string   `json:"trustDomain"`
	Clients     int      `json:"clients"`
	BatchSize   int      `json:"batchSize"`
	Hosts       int      `json:"hosts"`
	Csrs        [][]byte `json:"csrs"`
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "spire-client:", err)
		os.Exit(1)
	}
}

func run(file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var orders Orders
	if err := json.Unmarshal(content, &orders); err != nil {
		return err
	}
	agent, err := becomeAgent(orders)
	if err != nil {
		return err
	}
	batches, err := registerEntries(orders, agent)
	if err != nil {
		return err
	}
	if err := waitUntilIssued(agent, batches); err != nil {
		return err
	}
	fmt.Println(`{"ready":true}`)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		seconds, err := time.ParseDuration(lines.Text() + "s")
		if err != nil {
			return err
		}
		svids, took, err := askFor(seconds, agent, batches)
		if err != nil {
			return err
		}
		fmt.Printf("{\"svids\":%d,\"seconds\":%f}\n", svids, took.Seconds())
	}
	return lines.Err()
}

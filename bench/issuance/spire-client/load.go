package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	entryv1 "github.com/spiffe/spire-api-sdk/proto/spire/api/server/entry/v1"
	svidv1 "github.com/spiffe/spire-api-sdk/proto/spire/api/server/svid/v1"
	"github.com/spiffe/spire-api-sdk/proto/spire/api/types"
	"google.golang.org/grpc"
)

// An entry for each agent of each host, and a request for all agents of a host, ready to go out.
func registerEntries(orders Orders, agent *Agent) ([]*svidv1.BatchNewX509SVIDRequest, error) {
	client := entryv1.NewEntryClient(agent.operator)
	var batches []*svidv1.BatchNewX509SVIDRequest
	for host := range orders.Hosts {
		request := &entryv1.BatchCreateEntryRequest{}
		for index := range orders.BatchSize {
			path := fmt.Sprintf("/agent/host-%d/agent-%d", host, index)
			request.Entries = append(request.Entries, &types.Entry{
				SpiffeId:    &types.SPIFFEID{TrustDomain: orders.TrustDomain, Path: path},
				ParentId:    agent.id,
				Selectors:   []*types.Selector{{Type: "docker", Value: fmt.Sprintf("label:host:host-%d", host)}},
				X509SvidTtl: 3600,
			})
		}
		answer, err := client.BatchCreateEntry(context.Background(), request)
		if err != nil {
			return nil, err
		}
		batch := &svidv1.BatchNewX509SVIDRequest{}
		for index, result := range answer.Results {
			if result.Entry == nil {
				return nil, fmt.Errorf("entry refused: %s", result.Status.GetMessage())
			}
			csr := orders.Csrs[(host*orders.BatchSize+index)%len(orders.Csrs)]
			batch.Params = append(batch.Params, &svidv1.NewX509SVIDParams{EntryId: result.Entry.Id, Csr: csr})
		}
		batches = append(batches, batch)
	}
	return batches, nil
}

// New entries are seen some seconds later; the clock starts when they are.
func waitUntilIssued(agent *Agent, batches []*svidv1.BatchNewX509SVIDRequest) error {
	var err error
	for range 120 {
		if err = issue(agent.connections[0], batches[len(batches)-1]); err == nil {
			return nil
		}
		time.Sleep(500 * time.Millisecond)
	}
	return err
}

func issue(connection *grpc.ClientConn, batch *svidv1.BatchNewX509SVIDRequest) error {
	answer, err := svidv1.NewSVIDClient(connection).BatchNewX509SVID(context.Background(), batch)
	if err != nil {
		return err
	}
	for _, result := range answer.Results {
		if result.Svid == nil {
			return fmt.Errorf("refused: %s", result.Status.GetMessage())
		}
	}
	return nil
}

func askFor(duration time.Duration, agent *Agent, batches []*svidv1.BatchNewX509SVIDRequest) (int64, time.Duration, error) {
	var calls, svids atomic.Int64
	var clients sync.WaitGroup
	failures := make(chan error, len(agent.connections))
	startedAt := time.Now()
	for _, connection := range agent.connections {
		clients.Go(func() {
			for time.Since(startedAt) < duration {
				batch := batches[int(calls.Add(1))%len(batches)]
				if err := issue(connection, batch); err != nil {
					failures <- err
					return
				}
				svids.Add(int64(len(batch.Params)))
			}
		})
	}
	clients.Wait()
	select {
	case err := <-failures:
		return 0, 0, err
	default:
		return svids.Load(), time.Since(startedAt), nil
	}
}

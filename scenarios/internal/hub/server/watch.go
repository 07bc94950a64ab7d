package server

import (
	"context"
	"fmt"
	"time"

	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

const (
	// lowSpace is the free space below which the disk counts as full [bytes].
	lowSpace = 16 << 20

	watchInterval = 2 * time.Second
)

// Watch watches the disk of the store until ctx ends, and calls say with a sentence when it is full
// and when it has room again. A server whose disk was full answers no more, also when there is room
// again. So Watch then restarts the server. Acknowledged messages stay.
func (h *Hub) Watch(ctx context.Context, say func(string)) error {
	low := false
	for link.Wait(ctx, watchInterval) == nil {
		n, ok := available(h.options.StoreDir)
		switch {
		case !ok:
			return nil
		case !low && n < lowSpace:
			low = true
			say(fmt.Sprintf("the disk of %s is full: %d MB are free; workers wait until there is room", h.options.StoreDir, n>>20))
		case low && n >= 2*lowSpace:
			low = false
			if err := h.restart(); err != nil {
				return err
			}
			say(fmt.Sprintf("the disk of %s has room again; work continues", h.options.StoreDir))
		}
	}
	return nil
}

// restart ends the server and starts it again.
func (h *Hub) restart() error {
	h.mu.Lock()
	h.server.Shutdown()
	h.server.WaitForShutdown()
	h.mu.Unlock()
	return h.start()
}

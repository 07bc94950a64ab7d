package cli

import (
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/scenarios/internal/hub/server"
)

// TestHubBad checks the sentences about hubs that are not there, and about wrong flags. Nothing may
// be written.
func TestHubBad(t *testing.T) {
	a := inEmptyDir(t)
	h, err := server.Start(server.Options{Listen: "127.0.0.1:-1", Store: t.TempDir(), MaxStore: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Stop()
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	for _, c := range []struct {
		args, want string
	}{
		{"quick --hub nats://" + nobody, "no hub at " + nobody + ": connection refused; rlrun hub starts one"},
		{"quick --seeds 2 --hub nats://" + nobody, "no hub at"},
		{"hub jobs --hub nats://" + nobody, "no hub at"},
		{"quick --hub nats://" + web.Listener.Addr().String(), "answers, but not as a NATS server"},
		{"quick --hub tls://" + h.Addr, "has no TLS; want --hub nats://"},
		{"quick --hub http://127.0.0.1", "want nats://HOST:PORT"},
		{"quick --hub nats://me:secret@127.0.0.1", "want no name, password or token in the URL"},
		{"quick --hub nats://" + h.Addr + " --hub-ca none", "--hub-ca: none is not there"},
		{"quick --hub nats://" + h.Addr + " --hub-token-file none", "--hub-token-file: none is not there"},
		{"quick --hub nats://" + h.Addr + " --hub-creds none", "--hub-creds: none is not there"},
		{"quick --hub-ca none", "need --hub URL"},
		{"quick --watch --hub nats://" + h.Addr, "want no --hub with it"},
		{"hub extra", "takes no arguments"},
		{"hub --listen nowhere", "--listen nowhere: want HOST:PORT"},
		{"hub --listen 0.0.0.0:0", "TLS and a token are needed"},
		{"hub --listen " + h.Addr, "address already in use"},
		{"hub --max-store x", "--max-store x: want a whole number"},
		{"hub secrets a", "needs a directory and at least one host"},
		{"hub secrets a http://b", "is not a host"},
		{"hub cancel a1 --hub nats://" + h.Addr, "no job a1; rlrun hub jobs shows all"},
		{"hub cancel ../a --hub nats://" + h.Addr, "no job"},
		{"hub remove a1 --hub nats://" + h.Addr, "no job a1"},
		{"hub remove --hub nats://" + h.Addr, "needs jobs, or --ended"},
		{"hub remove a1 --ended --hub nats://" + h.Addr, "needs jobs, or --ended"},
		{"hub drain me --hub nats://" + h.Addr, "no worker me; rlrun hub workers shows all"},
		{"work --cores 0", "--cores 0: want a whole number, 1 or more"},
		{"work extra", "takes no arguments"},
		{"work --hub x", "want nats://HOST:PORT"},
	} {
		status, _, err := a.call(strings.Fields(c.args)...)
		if status != statusBadInput || !strings.Contains(err, c.want) || strings.Count(err, "\n") != 1 {
			t.Errorf("rlrun %s: status %d, %q, want %d and %q in one line", c.args, status, err, statusBadInput, c.want)
		}
	}
	if runs, _ := filepath.Glob("*"); len(runs) > 0 {
		t.Errorf("files afterwards: %q, want none of a run", runs)
	}
}

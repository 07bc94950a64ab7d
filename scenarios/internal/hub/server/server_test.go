package server

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// secrets returns a directory with the secrets of a hub for 127.0.0.1.
func secrets(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "secrets")
	if err := link.WriteSecrets(dir, []string{"127.0.0.1"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// start starts a hub and stops it at the end of the test.
func start(t *testing.T, o Options) *Hub {
	t.Helper()
	h, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Stop() })
	return h
}

// TestStartRefuses checks the sentences for settings with which a hub does not start.
func TestStartRefuses(t *testing.T) {
	dir := t.TempDir()
	running := start(t, Options{Listen: "127.0.0.1:-1", Store: filepath.Join(dir, "running")})
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"no port":             {Options{Listen: "127.0.0.1"}, "--listen 127.0.0.1: want HOST:PORT"},
		"port too large":      {Options{Listen: "127.0.0.1:70000"}, "want HOST:PORT"},
		"beyond loopback":     {Options{Listen: "0.0.0.0:-1"}, "other machines can reach this address, so TLS and a token are needed"},
		"all addresses":       {Options{Listen: ":-1"}, "other machines can reach"},
		"no secrets":          {Options{Listen: "127.0.0.1:-1", Secrets: dir}, "hub.token is not there"},
		"port taken":          {Options{Listen: running.Addr, Store: filepath.Join(dir, "other")}, "address already in use"},
		"store taken":         {Options{Listen: "127.0.0.1:-1", Store: filepath.Join(dir, "running")}, "another hub is running with this store"},
		"store is a file":     {Options{Listen: "127.0.0.1:-1", Store: file}, "--store: "},
		"monitor":             {Options{Listen: "127.0.0.1:-1", Monitor: "127.0.0.1"}, "--monitor 127.0.0.1: want PORT or HOST:PORT"},
		"monitor's port":      {Options{Listen: "127.0.0.1:-1", Monitor: "70000"}, "want PORT or HOST:PORT"},
		"monitor taken":       {Options{Listen: "127.0.0.1:-1", Monitor: running.Addr}, "--monitor " + running.Addr + ": address already in use"},
		"too little to store": {Options{Listen: "127.0.0.1:-1", Store: filepath.Join(dir, "small"), MaxStore: 1 << 20}, "want 64 MB at least"},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := Start(c.o)
			if err == nil {
				h.Stop()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("Start(%+v) = %v, want %q in one line", c.o, err, c.want)
			}
		})
	}
}

// TestSecrets checks that a hub with secrets accepts clients with its certificate and its token, and
// no others.
func TestSecrets(t *testing.T) {
	dir := secrets(t)
	h := start(t, Options{Listen: "127.0.0.1:-1", Store: t.TempDir(), Secrets: dir})
	plain := start(t, Options{Listen: "127.0.0.1:-1", Store: t.TempDir()})
	other := secrets(t)
	ca, token := filepath.Join(dir, link.CertFile), filepath.Join(dir, link.TokenFile)
	for name, c := range map[string]struct {
		a    link.Access
		want string // "" if the client is accepted
	}{
		"both":            {link.Access{URL: h.URL(), CA: ca, TokenFile: token}, ""},
		"plain":           {link.Access{URL: plain.URL()}, ""},
		"no authority":    {link.Access{URL: h.URL(), TokenFile: token}, "unknown authority; want --hub-ca"},
		"other authority": {link.Access{URL: h.URL(), CA: filepath.Join(other, link.CertFile), TokenFile: token}, "unknown authority"},
		"no token":        {link.Access{URL: h.URL(), CA: ca}, "want --hub-token-file"},
		"other token":     {link.Access{URL: h.URL(), CA: ca, TokenFile: filepath.Join(other, link.TokenFile)}, "refuses this client"},
		"other host":      {link.Access{URL: strings.Replace(h.URL(), "127.0.0.1", "localhost", 1), CA: ca, TokenFile: token}, "rlrun hub secrets DIR HOST"},
		"TLS to plain":    {link.Access{URL: plain.URL(), CA: ca}, "has no TLS"},
		"token to plain":  {link.Access{URL: plain.URL(), TokenFile: token}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := link.Dial(t.Context(), c.a, "test")
			if err == nil {
				l.Close()
			}
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("Dial = %v, want %q", err, c.want)
			}
		})
	}
	if err := link.WriteSecrets(dir, []string{"a"}, time.Now()); err == nil || !strings.Contains(err.Error(), "nothing is overwritten") {
		t.Errorf("WriteSecrets to a directory with secrets = %v, want that nothing is overwritten", err)
	}
	if info, err := os.Stat(filepath.Join(dir, link.KeyFile)); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("mode of the key = %v, %v, want 0600", info.Mode(), err)
	}
}

// TestMonitor checks that the page with the streams of a hub is there, for this machine, and only if it
// is wanted.
func TestMonitor(t *testing.T) {
	h := start(t, Options{Listen: "127.0.0.1:-1", Store: t.TempDir(), Monitor: "-1"})
	addr := h.server.MonitorAddr()
	if addr == nil || !addr.IP.IsLoopback() {
		t.Fatalf("the pages are at %v, want this machine", addr)
	}
	r, err := http.Get("http://" + addr.String() + "/jsz?acc=$G&consumers=true&config=true")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	page, err := io.ReadAll(r.Body)
	if err != nil || !strings.Contains(string(page), `"name": "RL_QUEUE"`) {
		t.Errorf("the page has %d bytes, %v, want the queue", len(page), err)
	}
	if plain := start(t, Options{Listen: "127.0.0.1:-1", Store: t.TempDir()}); plain.server.MonitorAddr() != nil {
		t.Errorf("without Monitor, the pages are at %v, want none", plain.server.MonitorAddr())
	}
}

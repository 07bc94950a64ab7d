// Package server runs a hub: a NATS server with JetStream inside the program. It listens on
// loopback, or with TLS and a token.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rlrun/rlrun/internal/lock"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// Options are the settings of a hub.
type Options struct {
	Listen   string // HOST:PORT. Port -1 means any free port
	Store    string // directory of the streams, which is made if it does not exist
	Secrets  string // directory with hub.crt, hub.key and hub.token; "": no TLS and no token
	MaxStore int64  // largest size of the streams [bytes]; 0: nine tenths of what is free
	Monitor  string // HOST:PORT or PORT of the pages with the state of the server; "": there are none
}

// A Hub is a running server. It owns its store.
type Hub struct {
	Addr string // HOST:PORT that it listens on

	options server.Options
	limits  journal.Limits
	lock    *os.File
	log     *log

	mu     sync.Mutex
	server *server.Server
}

const (
	// maxPayload is the largest message [bytes]. The server closes the connection of a client that
	// sends a larger one.
	maxPayload = 1 << 20

	// minStore is the smallest size of the streams [bytes].
	minStore = 64 << 20

	// memory is the size of the streams in memory [bytes]. Jobs have none.
	memory = 64 << 20

	readyTimeout = 30 * time.Second
)

// Start starts a hub. Its errors are sentences for users.
func Start(o Options) (*Hub, error) {
	host, n, ok := split(o.Listen)
	if !ok {
		return nil, fmt.Errorf("--listen %s: want HOST:PORT, for example 127.0.0.1:4222", o.Listen)
	}
	if !loopback(host) && o.Secrets == "" {
		return nil, fmt.Errorf("--listen %s: other machines can reach this address, so TLS and a token are needed; rlrun hub secrets DIR HOST makes them, and --secrets DIR uses them", o.Listen)
	}
	so := server.Options{
		ServerName: journal.ServerName, Host: host, Port: n, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: o.Store, JetStreamMaxMemory: memory, SyncAlways: true,
		MaxPayload: maxPayload, MaxPending: 64 << 20, MaxControlLine: 4096, MaxConn: 4096,
		WriteDeadline: 10 * time.Second, PingInterval: 5 * time.Second, MaxPingsOut: 3, AuthTimeout: 5,
	}
	if o.Secrets != "" {
		if err := secure(&so, o.Secrets); err != nil {
			return nil, err
		}
	}
	if err := free("--listen", o.Listen, n); err != nil {
		return nil, err
	}
	if err := monitor(&so, o.Monitor); err != nil {
		return nil, err
	}
	h := &Hub{options: so, log: new(log)}
	var err error
	if h.lock, err = own(o.Store); err != nil {
		return nil, err
	}
	if err = h.limit(o); err == nil {
		err = h.start()
	}
	if err != nil {
		return nil, errors.Join(err, h.lock.Close())
	}
	return h, nil
}

// split returns the host and the port of an address. Port -1 means any free port.
func split(addr string) (host string, port int, ok bool) {
	host, text, err := net.SplitHostPort(addr)
	port, err2 := strconv.Atoi(text)
	return host, port, err == nil && err2 == nil && -1 <= port && port <= 65535
}

// monitor sets the address of the pages with the state of the server. They have no token and no TLS, and
// show names and numbers, but no files. A port alone is a port of this machine only.
func monitor(so *server.Options, addr string) error {
	if addr == "" {
		return nil
	}
	if _, err := strconv.Atoi(addr); err == nil {
		addr = net.JoinHostPort("127.0.0.1", addr)
	}
	host, port, ok := split(addr)
	if !ok {
		return fmt.Errorf("--monitor %s: want PORT or HOST:PORT, for example 8222", addr)
	}
	so.HTTPHost, so.HTTPPort = host, port
	return free("--monitor", addr, port)
}

// loopback reports whether only this machine can reach a host.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// secure sets TLS and the token of a hub.
func secure(so *server.Options, dir string) error {
	token, err := link.ReadToken(filepath.Join(dir, link.TokenFile))
	if err != nil {
		return fmt.Errorf("--secrets: %w", err)
	}
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, link.CertFile), filepath.Join(dir, link.KeyFile))
	if err != nil {
		return fmt.Errorf("--secrets %s: %w; rlrun hub secrets %[1]s HOST makes a certificate and its key", dir, err)
	}
	so.Authorization, so.TLS, so.TLSTimeout = token, true, 5
	so.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13}
	return nil
}

// free returns an error if another program listens on the address of a flag. The server itself would only wait.
func free(flag, addr string, port int) error {
	if port == -1 {
		return nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		if e, ok := errors.AsType[*os.SyscallError](err); ok {
			err = e.Err
		}
		return fmt.Errorf("%s %s: %w", flag, addr, err)
	}
	return l.Close()
}

// own makes the store and locks it. The server locks nothing, and two servers would ruin it.
func own(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("--store: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--store: %w", err)
	}
	if err = lock.Try(f); errors.Is(err, lock.ErrHeld) {
		err = fmt.Errorf("--store %s: another hub is running with this store", dir)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// limit sets the largest size of the streams. It keeps them below the size of the disk, because a
// server with a full disk stops answering.
func (h *Hub) limit(o Options) error {
	size := o.MaxStore
	if size == 0 {
		size = 1 << 40
		if n, ok := available(o.Store); ok {
			size = (n + used(o.Store)) / 10 * 9
		}
	}
	if size < minStore {
		return fmt.Errorf("--store %s: the hub may use %d MB, want %d MB at least; --max-store N gives it N MB", o.Store, size>>20, minStore>>20)
	}
	h.options.JetStreamMaxStore = 1 << 50 // the streams have the limits: the server would not open a stream with a higher limit than its own
	size -= journal.QueueBytes
	h.limits = journal.Limits{Journal: size / 4, Blobs: size / 4 * 3}
	return nil
}

// used returns the size of the files in a store [bytes].
func used(dir string) (size int64) {
	filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				size += info.Size()
			}
		}
		return nil
	})
	return size
}

// start starts the server and makes its streams.
func (h *Hub) start() error {
	so := h.options
	s, err := server.NewServer(&so)
	if err != nil {
		return err
	}
	s.SetLogger(h.log, false, false)
	s.Start()
	if !s.ReadyForConnections(readyTimeout) {
		s.Shutdown()
		return fmt.Errorf("--listen %s:%d: the server does not start%s", so.Host, so.Port, h.log.reason())
	}
	if err := makeStreams(s, so.Authorization, h.limits); err != nil {
		s.Shutdown()
		return fmt.Errorf("--store %s: %w", so.StoreDir, err)
	}
	h.mu.Lock()
	h.server, h.Addr = s, s.Addr().String()
	if a, ok := s.Addr().(*net.TCPAddr); ok {
		h.options.Port = a.Port // for the next start
	}
	h.mu.Unlock()
	return nil
}

// makeStreams makes the streams over a connection inside the program.
func makeStreams(s *server.Server, token string, limits journal.Limits) error {
	nc, err := nats.Connect("", nats.InProcessServer(s), nats.Token(token))
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readyTimeout)
	defer cancel()
	return journal.Make(ctx, &link.Link{Conn: nc, JS: js}, limits)
}

// URL returns the URL for clients on this machine.
func (h *Hub) URL() string { return "nats://" + h.Addr }

// Stop ends the hub and frees its store. What is acknowledged is on disk.
func (h *Hub) Stop() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.server.Shutdown()
	h.server.WaitForShutdown()
	return h.lock.Close()
}

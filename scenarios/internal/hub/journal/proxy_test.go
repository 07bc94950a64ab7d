package journal_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// A proxy stands between clients and a server, and can lose the server's answers.
type proxy struct {
	addr, server string
	mu           sync.Mutex
	muted        bool
	left         int // bytes to clients until all connections are cut; 0: they are not cut
	conns        []net.Conn
}

// newProxy returns a proxy for the server.
func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: l.Addr().String(), server: server}
	t.Cleanup(func() { l.Close(); p.cut() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			p.serve(client)
		}
	}()
	return p
}

// serve joins a client to the server.
func (p *proxy) serve(client net.Conn) {
	upstream, err := net.Dial("tcp", p.server)
	if err != nil {
		client.Close()
		return
	}
	p.mu.Lock()
	p.conns = append(p.conns, client, upstream)
	p.mu.Unlock()
	go io.Copy(upstream, client)
	go io.Copy(muffled{p, client}, upstream)
}

// muffled is a client's side of a proxy. It gets nothing while the proxy is muted.
type muffled struct {
	p *proxy
	w io.Writer
}

// Write forwards data or loses them.
func (m muffled) Write(data []byte) (int, error) {
	m.p.mu.Lock()
	muted, last := m.p.muted, 0 < m.p.left && m.p.left <= len(data)
	if m.p.left > 0 {
		m.p.left = max(0, m.p.left-len(data))
	}
	m.p.mu.Unlock()
	if muted {
		return len(data), nil
	}
	n, err := m.w.Write(data)
	if last {
		m.p.cut()
	}
	return n, err
}

// cutAfter cuts all connections after n more bytes to clients.
func (p *proxy) cutAfter(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = n
}

// mute loses all answers of the server from now on.
func (p *proxy) mute() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.muted = true
}

// cut closes all connections and ends mute.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns, p.muted = nil, false
}

// Package link connects to a hub: a NATS server with JetStream. A Link survives a hub that is
// restarted and a network that is away for some time. The errors of Dial are sentences for users.
package link

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rlrun/rlrun/internal/infile"
)

// An Access says where a hub is, and how a client proves that it may use it.
type Access struct {
	URL       string // nats://HOST:PORT, or tls://HOST:PORT
	CA        string // PEM file with the certificate of the hub or of its authority; "": the system's authorities
	TokenFile string // file with the hub's token; "": no token
	Creds     string // credentials file of a NATS server with accounts; "": none
}

// A Link is a connection to a hub.
type Link struct {
	Conn *nats.Conn
	JS   jetstream.JetStream
}

const (
	// defaultPort is the port of a URL that has none. NATS uses it everywhere.
	defaultPort = "4222"

	// maxSecret is the largest length of a file with a token or a certificate [bytes].
	maxSecret = 1 << 20

	dialTimeout    = 5 * time.Second
	requestTimeout = 3 * time.Second
)

// ErrUser is wrapped by errors that another attempt cannot mend.
var ErrUser = errors.New("")

// userError is an error that only the user can mend.
type userError struct{ error }

// Is reports whether target is ErrUser.
func (userError) Is(target error) bool { return target == ErrUser }

// Unwrap returns the wrapped error.
func (e userError) Unwrap() error { return e.error }

// UserErrorf returns an error that wraps ErrUser.
func UserErrorf(format string, args ...any) error { return userError{fmt.Errorf(format, args...)} }

// Dial connects to a hub. The argument name is shown in the hub's list of connections. Once
// connected, the Link connects again by itself whenever the connection is lost, for good. While
// it is lost, publishing is an error at once: nothing waits in a buffer and arrives late.
func Dial(ctx context.Context, a Access, name string) (*Link, error) {
	u, err := a.parse()
	if err != nil {
		return nil, err
	}
	opts, err := a.options(name)
	if err != nil {
		return nil, err
	}
	if err := probe(ctx, u.Host); err != nil {
		return nil, err
	}
	nc, err := nats.Connect(u.String(), opts...)
	if err != nil {
		return nil, explain(err, u)
	}
	js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(requestTimeout))
	if err != nil {
		nc.Close()
		return nil, err
	}
	return &Link{nc, js}, nil
}

// Close ends the connection.
func (l *Link) Close() { l.Conn.Close() }

// parse returns the hub's URL, with a port.
func (a Access) parse() (*url.URL, error) {
	u, err := url.Parse(a.URL)
	if err != nil || u.Scheme != "nats" && u.Scheme != "tls" || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return nil, UserErrorf("--hub %s: want nats://HOST:PORT, or tls://HOST:PORT", a.URL)
	}
	if u.User != nil {
		return nil, UserErrorf("--hub: want no name, password or token in the URL, where other users of this machine can see them; --hub-token-file FILE reads a token")
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), defaultPort)
	}
	u.Path = ""
	return u, nil
}

// options returns the settings of the connection.
func (a Access) options(name string) ([]nats.Option, error) {
	opts := []nats.Option{
		nats.Name(name), nats.Timeout(dialTimeout),
		nats.MaxReconnects(-1), nats.ReconnectWait(100 * time.Millisecond), nats.ReconnectJitter(100*time.Millisecond, time.Second),
		nats.ReconnectBufSize(-1), nats.PingInterval(5 * time.Second), nats.MaxPingsOutstanding(3), nats.IgnoreAuthErrorAbort(),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // its default prints to standard error
	}
	if a.CA != "" {
		pem, err := infile.Read(a.CA, maxSecret)
		if err != nil {
			return nil, UserErrorf("--hub-ca: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, UserErrorf("--hub-ca: %s has no certificate; want a PEM file, such as the hub.crt of rlrun hub secrets", a.CA)
		}
		opts = append(opts, nats.Secure(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}))
	}
	if a.TokenFile != "" {
		token, err := ReadToken(a.TokenFile)
		if err != nil {
			return nil, UserErrorf("--hub-token-file: %w", err)
		}
		opts = append(opts, nats.Token(token))
	}
	if a.Creds != "" {
		if a.TokenFile != "" {
			return nil, UserErrorf("--hub-token-file and --hub-creds: want one of them")
		}
		if _, err := infile.Read(a.Creds, maxSecret); err != nil {
			return nil, UserErrorf("--hub-creds: %w", err)
		}
		opts = append(opts, nats.UserCredentials(a.Creds))
	}
	return opts, nil
}

// ReadToken returns the token in a file, without the line break at its end.
func ReadToken(file string) (string, error) {
	data, err := infile.Read(file, maxSecret)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(data))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("%s has no token; want one word, such as the hub.token of rlrun hub secrets", file)
	}
	return token, nil
}

// probe checks that a NATS server answers at addr. The client itself says only that no server is
// available.
func probe(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		if e, ok := errors.AsType[*net.OpError](err); ok {
			err = e.Err
		}
		return fmt.Errorf("no hub at %s: %s; rlrun hub starts one", addr, strings.TrimPrefix(err.Error(), "connect: "))
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	var first [5]byte
	if n, _ := conn.Read(first[:]); string(first[:n]) != "INFO " {
		return fmt.Errorf("%s answers, but not as a NATS server; want the address of a hub", addr)
	}
	return nil
}

// explain returns a sentence for an error of the first connection.
func explain(err error, u *url.URL) error {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	switch {
	case errors.Is(err, nats.ErrSecureConnWanted):
		return UserErrorf("the hub at %s has no TLS; want --hub nats://%[1]s, and no --hub-ca", u.Host)
	case errors.As(err, &authority):
		return UserErrorf("the hub at %s has a certificate of an unknown authority; want --hub-ca FILE, with the hub.crt of rlrun hub secrets", u.Host)
	case errors.As(err, &host):
		return UserErrorf("the hub at %s: %w; rlrun hub secrets DIR HOST… makes a certificate for a HOST", u.Host, host)
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired):
		return UserErrorf("the hub at %s refuses this client; want --hub-token-file FILE with its token, or --hub-creds FILE", u.Host)
	}
	return fmt.Errorf("the hub at %s: %w", u.Host, err)
}

package hub_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	nats "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"github.com/rlrun/rlrun/scenarios/internal/hub"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// foreign starts a NATS server that is no hub, and returns its URL.
func foreign(t *testing.T, o nats.Options) string {
	t.Helper()
	o.Host, o.Port, o.StoreDir, o.NoSigs, o.NoLog = "127.0.0.1", nats.RANDOM_PORT, t.TempDir(), true, true
	s, err := nats.NewServer(&o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	return s.ClientURL()
}

// keyed returns a new key and its public name.
func keyed(t *testing.T, make func() (nkeys.KeyPair, error)) (nkeys.KeyPair, string) {
	t.Helper()
	key, err := make()
	if err != nil {
		t.Fatal(err)
	}
	name, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return key, name
}

// accounts returns the options of a server with accounts, of which one has JetStream, and the credentials file
// of a user of this account.
func accounts(t *testing.T) (o nats.Options, creds string) {
	t.Helper()
	operator, operatorName := keyed(t, nkeys.CreateOperator)
	account, accountName := keyed(t, nkeys.CreateAccount)
	_, systemName := keyed(t, nkeys.CreateAccount)
	user, userName := keyed(t, nkeys.CreateUser)
	claims := jwt.NewAccountClaims(accountName)
	claims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
	text, err := jwt.NewUserClaims(userName).Encode(account)
	if err != nil {
		t.Fatal(err)
	}
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	file, err := jwt.FormatUserConfig(text, seed)
	if err != nil {
		t.Fatal(err)
	}
	resolver := new(nats.MemAccResolver)
	for name, c := range map[string]*jwt.AccountClaims{accountName: claims, systemName: jwt.NewAccountClaims(systemName)} {
		text, err := c.Encode(operator)
		if err == nil {
			err = resolver.Store(name, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	creds = filepath.Join(t.TempDir(), "user.creds")
	if err := os.WriteFile(creds, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return nats.Options{TrustedOperators: []*jwt.OperatorClaims{jwt.NewOperatorClaims(operatorName)}, AccountResolver: resolver, SystemAccount: systemName}, creds
}

// TestForeign checks that runs have their bytes with NATS servers that are no hubs: with short and long
// messages, and with accounts.
func TestForeign(t *testing.T) {
	own, creds := accounts(t)
	for name, c := range map[string]struct {
		options nats.Options
		payload int32
		creds   string
	}{
		"short messages": {nats.Options{}, 64 << 10, ""},
		"long messages":  {nats.Options{}, 8 << 20, ""},
		"accounts":       {own, 1 << 20, creds},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.JetStream, c.options.MaxPayload = true, c.payload
			a := link.Access{URL: foreign(t, c.options), Creds: c.creds}
			h := newHead(t, dial(t, a))
			run, want := create(t, sac, 3), alone(t, sac, 3)
			id := submit(t, h, run)
			worker(t, dial(t, a), catalog(open), version)
			receive(t, h, run, id)
			same(t, run, want)
		})
	}
}

// dial opens the store of any server.
func dial(t *testing.T, a link.Access) *journal.Store {
	t.Helper()
	l, err := link.Dial(t.Context(), a, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	s, err := journal.Open(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestForeignRefused checks the sentences about servers that cannot be hubs.
func TestForeignRefused(t *testing.T) {
	for want, o := range map[string]nats.Options{
		"the NATS server has no JetStream": {MaxPayload: 1 << 20},
		"a max_payload of 8192 bytes":      {JetStream: true, MaxPayload: 8 << 10},
		"refuses the streams of a hub":     {JetStream: true, MaxPayload: 1 << 20, JetStreamMaxStore: 1 << 10},
	} {
		l, err := link.Dial(t.Context(), link.Access{URL: foreign(t, o)}, "test")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := journal.Open(ctx, l); !errors.Is(err, link.ErrUser) || !strings.Contains(err.Error(), want) {
			t.Errorf("Open = %v, want %q", err, want)
		}
	}
}

// TestCheckSpread checks that a server with short messages cannot carry a single run for which workers act.
func TestCheckSpread(t *testing.T) {
	for payload, want := range map[int32]string{64 << 10: "max_payload of 65536 bytes; want 524422 at least for a single run, or --seeds 1", 1 << 20: ""} {
		s := dial(t, link.Access{URL: foreign(t, nats.Options{JetStream: true, MaxPayload: payload})})
		if err := hub.CheckSpread(s.Link); (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("CheckSpread with a max_payload of %d = %v, want %q", payload, err, want)
		}
	}
}

package cli

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// hubFlags are the flags of the commands that connect to a hub.
type hubFlags struct{ link.Access }

// localHub is the address of a hub on this machine.
const localHub = "nats://127.0.0.1:4222"

// add adds the flags. The argument url is the default of --hub.
func (f *hubFlags) add(flags *pflag.FlagSet, url, usage string) {
	flags.StringVar(&f.URL, "hub", url, usage)
	flags.StringVar(&f.CA, "hub-ca", "", "trust the certificate in `FILE`: the hub.crt of rlrun hub secrets")
	flags.StringVar(&f.TokenFile, "hub-token-file", "", "use the token in `FILE`: the hub.token of rlrun hub secrets")
	flags.StringVar(&f.Creds, "hub-creds", "", "use the credentials in `FILE`, for a NATS server with accounts")
}

// connect connects to the hub. The caller closes the Link.
func (f *hubFlags) connect(ctx context.Context, name string) (*link.Link, *journal.Store, error) {
	l, err := link.Dial(ctx, f.Access, name)
	if err != nil {
		return nil, nil, badInput{err}
	}
	s, err := journal.Open(ctx, l)
	if err != nil {
		l.Close()
		if errors.Is(err, link.ErrUser) {
			err = badInput{err}
		}
		return nil, nil, err
	}
	return l, s, nil
}

// check returns an error for flags that need --hub if there is no --hub.
func (f *hubFlags) check() error {
	if f.URL == "" && (f.CA != "" || f.TokenFile != "" || f.Creds != "") {
		return badInput{errors.New("--hub-ca, --hub-token-file and --hub-creds need --hub URL")}
	}
	return nil
}

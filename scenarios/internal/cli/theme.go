package cli

import (
	"github.com/spf13/pflag"

	"github.com/rlrun/rlrun/render"
)

// themeUsage is the help text of --theme.
const themeUsage = "use `THEME`, light or dark"

// A themeFlag is the value of --theme, a pflag.Value.
type themeFlag struct {
	render.Theme
	name string
}

var _ pflag.Value = (*themeFlag)(nil)

// add adds --theme to the flags of a command, with the default light.
func (f *themeFlag) add(flags *pflag.FlagSet, usage string) {
	f.name, f.Theme = "light", render.Light()
	flags.Var(f, "theme", usage)
}

// dark reports whether the theme is dark.
func (f *themeFlag) dark() bool { return f.Theme == render.Dark() }

// Set sets the theme by its name.
func (f *themeFlag) Set(name string) (err error) {
	f.name = name
	f.Theme, err = render.ThemeOf(name)
	return err
}

// String returns the theme's name.
func (f *themeFlag) String() string { return f.name }

// Type returns the flag's type, for which valueOf describes the allowed values.
func (f *themeFlag) Type() string { return "theme" }

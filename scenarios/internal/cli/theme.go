package cli

import (
	"github.com/spf13/pflag"

	"github.com/rlrun/rlrun/render"
)

// A themeFlag is the pflag.Value of --theme.
type themeFlag struct {
	render.Theme
	name string
}

var _ pflag.Value = (*themeFlag)(nil)

// add adds --theme to a command's flags.
func (f *themeFlag) add(flags *pflag.FlagSet, usage string) {
	f.name, f.Theme = "light", render.Light()
	flags.Var(f, "theme", usage)
}

// dark reports whether the theme is the dark one.
func (f *themeFlag) dark() bool { return f.Theme == render.Dark() }

// Set reads the name of a theme.
func (f *themeFlag) Set(name string) (err error) {
	f.name = name
	f.Theme, err = render.ThemeOf(name)
	return err
}

// String returns the theme's name.
func (f *themeFlag) String() string { return f.name }

// Type returns the name of the value in the help. See valueOf.
func (f *themeFlag) Type() string { return "theme" }

//go:build !headless

package window

import (
	"strings"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/hajimehoshi/ebiten/v2/inpututil"
)

// named are the keys that write no sign, and digits, which can be held.
var named = []struct {
	key    ebiten.Key
	button ebiten.StandardGamepadButton
	name   string
}{
	{ebiten.KeyArrowLeft, ebiten.StandardGamepadButtonLeftLeft, "left"},
	{ebiten.KeyArrowRight, ebiten.StandardGamepadButtonLeftRight, "right"},
	{ebiten.KeyArrowUp, ebiten.StandardGamepadButtonLeftTop, "up"},
	{ebiten.KeyArrowDown, ebiten.StandardGamepadButtonLeftBottom, "down"},
	{ebiten.KeyEnter, ebiten.StandardGamepadButtonRightBottom, "enter"},
	{ebiten.KeyBackspace, ebiten.StandardGamepadButtonRightRight, "backspace"},
	{ebiten.KeySpace, ebiten.StandardGamepadButtonCenterRight, "space"},
}

// after and every say when a key that is held counts as pressed again, in ticks.
const (
	after = 12
	every = 2
)

// pressed are the keys pressed since the last tick, on the keyboard and on gamepads.
func pressed() (all []string) {
	for _, k := range named {
		n := inpututil.KeyPressDuration(k.key)
		if inpututil.IsKeyJustPressed(k.key) || n > after && n%every == 0 { // a tap may be shorter than a tick
			all = append(all, k.name)
		}
		for _, id := range ebiten.AppendGamepadIDs(nil) {
			if inpututil.IsStandardGamepadButtonJustPressed(id, k.button) {
				all = append(all, k.name)
			}
		}
	}
	for _, sign := range ebiten.AppendInputChars(nil) {
		if sign != ' ' {
			all = append(all, strings.ToLower(string(sign)))
		}
	}
	return all
}

// tilt is how far a stick has to be moved to count.
const tilt = 0.5

// held are the keys that are down.
func held() (all []string) {
	add := func(name string, down bool) {
		if down {
			all = append(all, name)
		}
	}
	for _, k := range named {
		add(k.name, ebiten.IsKeyPressed(k.key))
	}
	for i := range 10 {
		add(string(rune('0'+i)), ebiten.IsKeyPressed(ebiten.KeyDigit0+ebiten.Key(i)))
	}
	for _, id := range ebiten.AppendGamepadIDs(nil) {
		for _, k := range named {
			add(k.name, ebiten.IsStandardGamepadButtonPressed(id, k.button))
		}
		x := ebiten.StandardGamepadAxisValue(id, ebiten.StandardGamepadAxisLeftStickHorizontal)
		y := ebiten.StandardGamepadAxisValue(id, ebiten.StandardGamepadAxisLeftStickVertical)
		add("left", x < -tilt)
		add("right", x > tilt)
		add("up", y < -tilt)
		add("down", y > tilt)
	}
	return all
}

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

// pressed are the keys pressed since the last tick, on the keyboard and on gamepads.
// One that writes a sign counts again while it is held.
func pressed() (all []string) {
	for _, k := range named {
		if inpututil.IsKeyJustPressed(k.key) {
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

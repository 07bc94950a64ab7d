//go:build !headless && (windows || (darwin && !ios) || netbsd || (freebsd && cgo) || (linux && !android && (386 || amd64 || arm || arm64 || loong64 || ppc64le || riscv64)))

package window

import (
	"strings"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/hajimehoshi/ebiten/v2/inpututil"
)

// namedKeys are the keys without a character, and the gamepad buttons that mean the same.
var namedKeys = []struct {
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

// pressedKeys returns the keys pressed since the last tick, on the keyboard and on gamepads. A
// key with a character is repeated while it is held, as in a text editor.
func pressedKeys() (all []string) {
	for _, k := range namedKeys {
		if inpututil.IsKeyJustPressed(k.key) {
			all = append(all, k.name)
		}
		for _, id := range ebiten.AppendGamepadIDs(nil) {
			if inpututil.IsStandardGamepadButtonJustPressed(id, k.button) {
				all = append(all, k.name)
			}
		}
	}
	for _, char := range ebiten.AppendInputChars(nil) {
		if char != ' ' { // namedKeys already has it, as "space"
			all = append(all, strings.ToLower(string(char)))
		}
	}
	return all
}

// minTilt is the smallest movement of a gamepad stick, from 0 to 1, that counts as a key.
const minTilt = 0.5

// heldKeys returns the named keys, digits and gamepad directions that are held down.
func heldKeys() (all []string) {
	add := func(name string, down bool) {
		if down {
			all = append(all, name)
		}
	}
	for _, k := range namedKeys {
		add(k.name, ebiten.IsKeyPressed(k.key))
	}
	for i := range 10 {
		add(string(rune('0'+i)), ebiten.IsKeyPressed(ebiten.KeyDigit0+ebiten.Key(i)))
	}
	for _, id := range ebiten.AppendGamepadIDs(nil) {
		for _, k := range namedKeys {
			add(k.name, ebiten.IsStandardGamepadButtonPressed(id, k.button))
		}
		x := ebiten.StandardGamepadAxisValue(id, ebiten.StandardGamepadAxisLeftStickHorizontal)
		y := ebiten.StandardGamepadAxisValue(id, ebiten.StandardGamepadAxisLeftStickVertical)
		add("left", x < -minTilt)
		add("right", x > minTilt)
		add("up", y < -minTilt)
		add("down", y > minTilt)
	}
	return all
}

package render_test

import (
	"encoding/json"
	"fmt"
	"image/color"
	"reflect"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/render"
)

// Any environment, however wrapped, can be drawn if something in it is a Scene.
func ExampleRecorder() {
	var e env.Env = env.ScaleReward{Env: classic.NewCartPole(), K: 0.1}
	e.Reset(1, make([]float32, 4))
	scene, _ := env.As[render.Scene](e)
	var rec render.Recorder
	scene.Draw(&rec)
	b, _ := json.Marshal(rec.Ops[1])
	fmt.Println(len(rec.Ops), string(b))
	// Output: 5 {"op":"line","args":[-2.4,0,2.4,0,0.01],"rgba":{"R":0,"G":0,"B":0,"A":255}}
}

// TestReplay records a replay of every kind of call: the same calls come out.
// A View forgets what was there before it. What no call could have made is not
// called.
func TestReplay(t *testing.T) {
	(&render.Recorder{Ops: []render.Op{{Op: "line"}, {Op: "text", Args: []float32{1}}, {Op: "?"}}}).Replay(nil)

	var a, b render.Recorder
	red := color.RGBA{255, 0, 0, 255}
	a.Circle(9, 9, 9, red)
	a.View(0, 1, 2, 3)
	a.Line(1, 2, 3, 4, 5, red)
	a.Rect(1, 2, 3, 4, red)
	a.Circle(1, 2, 3, red)
	xy := []float32{1, 2, 3, 4, 5, 6}
	a.Polygon(xy, red)
	a.Text(1, 2, 3, "θ", red)
	xy[0] = 99 // the Recorder has its own copy
	a.Replay(&b)
	if !reflect.DeepEqual(a.Ops, b.Ops) || len(a.Ops) != 6 || a.Ops[4].Args[0] != 1 || a.Ops[5].Text != "θ" {
		t.Errorf("recorded %v\nreplayed %v", a.Ops, b.Ops)
	}
}

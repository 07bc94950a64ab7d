package replay

import (
	"fmt"
	"sync"

	"github.com/rlrun/rlrun/env"
)

// frames stores images that are stacks of frames as views: of each image only the newest frame is
// stored. Its older frames are usually the newest frames of the image before, one step earlier in the
// same environment. The link of an image says where its older frames are.
type frames struct {
	n, channels int     // number of frames of an image, channels of a frame
	newest      []uint8 // [rows, size] newest frame of each image
	link        []int32 // [rows] where the older frames of each image are: a link, or an index in whole
	whole       *wholes // older frames of images without a link
	zero        []uint8 // [size] a frame of zeros
}

// The links.
const (
	linkPrevious int32 = -1 - iota // the newest frames of the image before
	linkRepeated                   // copies of the newest frame, as at the start of an episode
	linkZeros                      // zeros, as at the start of an episode
)

// maxFrames is the largest number of frames of an image that is stored as a view.
const maxFrames = 16

// stackSize returns the number of frames of the observations of spec that are stored as views, and
// the bytes of one frame. It returns 0, 0 if the observations are no stacks of frames.
func stackSize(spec env.Spec) (n, size int) {
	l := layoutOf(spec.Obs)
	n = spec.Frames
	if n < 2 || n > maxFrames || len(l.Parts) != 1 || l.Parts[0].Kind != env.Pixels || l.Parts[0].Shape[2]%n != 0 {
		return 0, 0
	}
	return n, l.Size / n
}

// newFrames returns memory for rows images of spec, or nil if they are no stacks of frames.
func newFrames(spec env.Spec, rows int) *frames {
	n, size := stackSize(spec)
	if n == 0 {
		return nil
	}
	f := &frames{n: n, newest: make([]uint8, rows*size), link: make([]int32, rows), zero: make([]uint8, size)}
	f.channels = layoutOf(spec.Obs).Parts[0].Shape[2] / n
	f.whole = &wholes{size: (n - 1) * size}
	for i := range f.link {
		f.link[i] = linkRepeated
	}
	return f
}

// frame returns the newest frame of image i.
func (f *frames) frame(i int) []uint8 {
	size := len(f.zero)
	return f.newest[i*size : (i+1)*size : (i+1)*size]
}

// grow appends an image of zeros.
func (f *frames) grow() {
	f.newest, f.link = append(f.newest, f.zero...), append(f.link, linkRepeated)
}

// clear removes all images and keeps their memory for reuse.
func (f *frames) clear() {
	f.newest, f.link = f.newest[:0], f.link[:0]
	f.whole.clear()
}

// last sets dst to the newest len(dst) frames of image i, the oldest first. The image before an image
// is stride rows before it; the rows are a ring.
func (f *frames) last(dst [][]uint8, i, stride int) {
	for k := len(dst) - 1; k >= 0; k-- {
		dst[k] = f.frame(i)
		if f.link[i] != linkPrevious {
			f.older(dst[:k], i)
			return
		}
		if i -= stride; i < 0 {
			i += len(f.link)
		}
	}
}

// older sets dst to the newest len(dst) older frames of image i, whose link is not linkPrevious.
func (f *frames) older(dst [][]uint8, i int) {
	for k := range dst {
		switch link := f.link[i]; link {
		case linkRepeated:
			dst[k] = f.frame(i)
		case linkZeros:
			dst[k] = f.zero
		default:
			at := (f.n - 1 - len(dst) + k) * len(f.zero)
			dst[k] = f.whole.row(link)[at : at+len(f.zero)]
		}
	}
}

// set stores the image x in row i. The argument before has the newest n-1 frames of the image before
// it, or is nil if there is no such image.
func (f *frames) set(i int, x []float32, before [][]uint8) {
	f.release(i)
	if f.channels == 1 && f.n == 4 && before != nil && pickFour(x, before[0], before[1], before[2], f.frame(i)) {
		f.link[i] = linkPrevious
		return
	}
	f.pick(f.frame(i), x, f.n-1)
	if before != nil && f.areOlder(before, x) {
		f.link[i] = linkPrevious
		return
	}
	var older [maxFrames][]uint8
	for _, f.link[i] = range [2]int32{linkRepeated, linkZeros} {
		f.older(older[:f.n-1], i)
		if f.areOlder(older[:f.n-1], x) {
			return
		}
	}
	f.link[i] = f.whole.reserve()
	size, row := len(f.zero), f.whole.row(f.link[i])
	for k := range f.n - 1 {
		f.pick(row[k*size:(k+1)*size], x, k)
	}
}

// pickFour copies the newest of four frames of one channel, the usual stack, from x to d. It returns
// false if the older frames are not a, b and c, or if a number is not a byte; d is then not complete.
func pickFour(x []float32, a, b, c, d []uint8) bool {
	x, b, c, d = x[:4*len(a)], b[:len(a)], c[:len(a)], d[:len(a)]
	for i := range a {
		p := x[4*i : 4*i+4 : 4*i+4]
		v := uint8(int32(p[3]))
		if p[0] != float32(a[i]) || p[1] != float32(b[i]) || p[2] != float32(c[i]) || p[3] != float32(v) {
			return false
		}
		d[i] = v
	}
	return true
}

// release frees what image i has in whole.
func (f *frames) release(i int) {
	if k := f.link[i]; k >= 0 {
		f.whole.release(k)
	}
	f.link[i] = linkRepeated
}

// pick copies frame k of the image x to dst.
func (f *frames) pick(dst []uint8, x []float32, k int) {
	c, width := f.channels, f.n*f.channels
	for ch := range c {
		for i, at := ch, k*c+ch; i < len(dst) && at < len(x); i, at = i+c, at+width {
			b, ok := asByte(x[at])
			if !ok {
				panic(fmt.Sprintf("replay: an Image has the number %v, want whole numbers, 0 … 255", x[at]))
			}
			dst[i] = b
		}
	}
}

// areOlder reports whether the older frames of the image x are the given frames, the oldest first.
func (f *frames) areOlder(older [][]uint8, x []float32) bool {
	c, width := f.channels, f.n*f.channels
	for k, frame := range older {
		for ch := range c {
			for i, at := ch, k*c+ch; i < len(frame) && at < len(x); i, at = i+c, at+width {
				if x[at] != float32(frame[i]) {
					return false
				}
			}
		}
	}
	return true
}

// get writes image i to x. The argument before has the newest n-1 frames of the image before it, or is
// nil if that image is stride rows before it.
func (f *frames) get(x []float32, i, stride int, before [][]uint8) {
	var memory [maxFrames][]uint8
	all := memory[:f.n]
	if before != nil && f.link[i] == linkPrevious {
		copy(all, before)
		all[f.n-1] = f.frame(i)
	} else {
		f.last(all, i, stride)
	}
	if f.channels == 1 && f.n == 4 {
		writeFour(x, all[0], all[1], all[2], all[3])
		return
	}
	c, width := f.channels, f.n*f.channels
	for k, frame := range all {
		for ch := range c {
			for i, at := ch, k*c+ch; i < len(frame) && at < len(x); i, at = i+c, at+width {
				x[at] = float32(frame[i])
			}
		}
	}
}

// writeFour writes four frames of one channel to x, the usual stack, side by side in each pixel.
func writeFour(x []float32, a, b, c, d []uint8) {
	b, c, d = b[:len(a)], c[:len(a)], d[:len(a)]
	for i := range a {
		p := x[4*i : 4*i+4 : 4*i+4]
		p[0], p[1], p[2], p[3] = float32(a[i]), float32(b[i]), float32(c[i]), float32(d[i])
	}
}

// formWhole begins the encoding of an image whose older frames follow. The encoding of another image
// begins with its link, without the sign.
const formWhole = 0

// appendTo encodes image i and appends the bytes to dst.
func (f *frames) appendTo(dst []byte, i int) []byte {
	if link := f.link[i]; link < 0 {
		dst = append(dst, byte(-link))
	} else {
		dst = append(append(dst, formWhole), f.whole.row(link)...)
	}
	return append(dst, f.frame(i)...)
}

// readFrom decodes image i, which appendTo has encoded, from the start of src. It returns the rest of
// src.
func (f *frames) readFrom(src []byte, i int) (rest []byte, err error) {
	f.release(i)
	if len(src) == 0 || int32(src[0]) > -linkZeros {
		return nil, errDamaged
	}
	link, src := -int32(src[0]), src[1:]
	if link == formWhole {
		if len(src) < f.whole.size {
			return nil, errDamaged
		}
		link = f.whole.reserve()
		src = src[copy(f.whole.row(link), src):]
	}
	f.link[i] = link
	if len(src) < len(f.zero) {
		return nil, errDamaged
	}
	return src[copy(f.frame(i), src):], nil
}

// wholes has the older frames of images that are no views: the first images of a rollout, and those of
// environments that do not shift their frames by one in each step. Several goroutines may use it, each
// with rows of its own.
type wholes struct {
	mu   sync.Mutex
	size int       // bytes of the older frames of an image
	data [][]uint8 // [W] rows of size bytes
	free []int32   // rows of data for reuse
}

// reserve returns the index of a free row.
func (w *wholes) reserve() (k int32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if last := len(w.free) - 1; last >= 0 {
		k, w.free = w.free[last], w.free[:last]
		return k
	}
	w.data = append(w.data, make([]uint8, w.size))
	return int32(len(w.data)) - 1
}

// row returns row k: the older frames of an image, the oldest first.
func (w *wholes) row(k int32) []uint8 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.data[k]
}

// release frees row k.
func (w *wholes) release(k int32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.free = append(w.free, k)
}

// clear frees all rows.
func (w *wholes) clear() {
	w.free = w.free[:0]
	for k := range w.data {
		w.free = append(w.free, int32(k))
	}
}

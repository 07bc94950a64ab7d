package f32

// border copies rows [from, from+n) of an image with a border to dst. The image src is [h, w, c], and
// top and left are the heights and widths of the border in pixels. The border has the value edge. dst
// has the given width in pixels.
func border(dst, src []float32, h, w, c, top, left, width, from, n int, edge float32) {
	for y := from - top; y < from-top+n; y++ {
		row := dst[:width*c]
		dst = dst[width*c:]
		if y < 0 || y >= h {
			fillEdge(row, edge)
			continue
		}
		fillEdge(row[:left*c], edge)
		copy(row[left*c:], src[y*w*c:(y+1)*w*c])
		fillEdge(row[(left+w)*c:], edge)
	}
}

// fillEdge is Fill, which is faster for zeros.
func fillEdge(x []float32, edge float32) {
	if edge == 0 {
		clear(x)
	} else {
		Fill(x, edge)
	}
}

// under returns the rows of image i, with their border, that are under the kernel for rows [from, to)
// of the result. They are in s if there is a border.
func (c *Conv) under(s *scratch, x []float32, i, from, to int) []float32 {
	image := x[i*c.In() : (i+1)*c.In()]
	if c.Pad == 0 {
		return image[from*c.Stride*c.W*c.C:]
	}
	n := (to-from-1)*c.Stride + c.KH
	border(s.floats[:], image, c.H, c.W, c.C, c.Pad, c.Pad, c.width, from*c.Stride, n, 0)
	return s.floats[:n*c.width*c.C]
}

func (c *Conv) forward(k *kernels, y, x, panels, b []float32, from, to int, act Activation) {
	s := getScratch()
	defer s.put()
	for i := from; i < to; i++ {
		out := y[i*c.Out() : (i+1)*c.Out()]
		for row := 0; row < c.OH; row += c.strip {
			end := min(row+c.strip, c.OH)
			k.indexed(indexedProduct{
				m: (end - row) * c.OW, n: c.O, k: c.Terms(), at: c.pixels, terms: c.terms, a: c.under(s, x, i, row, end),
				b: panels, ldb: panelColumns, ldp: panelColumns * c.Terms(), c: out[row*c.OW*c.O:], bias: b, floor: act.floor(),
			})
		}
		k.finish(out, act)
	}
}

// mostPixels is the largest number of pixels whose products weight adds at a time: their gradients and
// their parts of the image stay in the first-level cache.
const mostPixels = 192

func (c *Conv) weight(k *kernels, dw, x, dy []float32, n, from, to int) {
	if from >= to {
		return
	}
	s, panels := getScratch(), getScratch()
	defer s.put()
	defer panels.put()
	for i := range n {
		for row := 0; row < c.OH; row += c.strip {
			end := min(row+c.strip, c.OH)
			c.weightStrip(k, panels, dw, c.under(s, x, i, row, end), dy[i*c.Out()+row*c.OW*c.O:], (end-row)*c.OW, from, to)
		}
	}
}

// weightStrip computes weight for a few rows of an image. dy has their pixels.
func (c *Conv) weightStrip(k *kernels, panels *scratch, dw, image, dy []float32, pixels, from, to int) {
	most := min(mostPixels, scratchSize/panelled(c.O))
	parts := (pixels + most - 1) / most
	depth := (pixels + parts - 1) / parts
	for p := 0; p < pixels; p += depth {
		part := min(depth, pixels-p)
		b, ldb, ldp := dy[p*c.O:], c.O, panelColumns
		if c.O%panelColumns != 0 {
			b, ldb, ldp = panels.floats[:], panelColumns, panelColumns*part
			k.packStrided(b, dy[p*c.O:], part, c.O, c.O, false)
		}
		k.indexed(indexedProduct{
			m: to - from, n: c.O, k: part, at: c.taps[2*from:], terms: c.windows[p:], a: image,
			b: b, ldb: ldb, ldp: ldp, c: dw, floor: noFloor,
		})
	}
}

// packInput packs, for scatter, the transposed weights [O, C] of each tap of the kernel, and for
// gather the weights turned round, [KH·KW·O, C].
func (c *Conv) packInput(k *kernels, panels, w []float32) {
	taps := c.KH * c.KW
	if c.gather == nil {
		for t := range taps {
			k.packStrided(panels[t*c.O*panelled(c.C):], w[t*c.C*c.O:(t+1)*c.C*c.O], c.O, c.C, c.O, true)
		}
		return
	}
	for j := 0; j < c.C; j += panelColumns {
		panel := panels[j*taps*c.O:]
		for t := range taps {
			k.packTransposed(panel[(taps-1-t)*c.O*panelColumns:], w[(t*c.C+j)*c.O:], c.O, c.O, min(panelColumns, c.C-j))
		}
	}
}

func (c *Conv) input(k *kernels, dx, dy, panels []float32, from, to int, add bool) {
	s := getScratch()
	defer s.put()
	for i := from; i < to; i++ {
		x, y := dx[i*c.In():(i+1)*c.In()], dy[i*c.Out():(i+1)*c.Out()]
		var bias []float32
		if c.gather != nil && c.C <= len(zeroBias) && !add {
			bias = zeroBias[:c.C]
		} else if !add {
			clear(x)
		}
		if c.gather != nil {
			c.gatherInput(k, s, x, y, panels, bias)
			continue
		}
		for row := 0; row < c.OH; row += c.strip {
			c.scatterInput(k, s, x, y[row*c.OW*c.O:], panels, row, min(row+c.strip, c.OH))
		}
	}
}

// scatterInput adds the gradient of an image to dx, for the rows [from, to) of the result. dy begins
// with their gradient. For each tap of the kernel, the product of the pixels of dy and the weights of
// the tap is added to the pixels of the image under the tap.
func (c *Conv) scatterInput(k *kernels, s *scratch, dx, dy, panels []float32, from, to int) {
	image, n := dx[from*c.Stride*c.W*c.C:], (to-from-1)*c.Stride+c.KH
	if c.Pad > 0 {
		image = s.floats[:n*c.width*c.C]
		clear(image)
	}
	for t := range c.KH * c.KW {
		k.indexed(indexedProduct{
			m: (to - from) * c.OW, n: c.C, k: c.O, at: c.scatter, terms: c.outputs, a: dy,
			b: panels[t*c.O*panelled(c.C):], ldb: panelColumns, ldp: panelColumns * c.O, c: image[c.terms[t*c.C]/4:], floor: noFloor,
		})
	}
	if c.Pad > 0 {
		addInner(k, dx, image, c.H, c.W, c.C, c.Pad, c.width, from*c.Stride, n)
	}
}

// addInner adds rows [from, from+n) of an image with a border of pad pixels to dst [h, w, c], without
// the border. src has these rows.
func addInner(k *kernels, dst, src []float32, h, w, c, pad, width, from, n int) {
	for y := max(from-pad, 0); y < min(from-pad+n, h); y++ {
		row := dst[y*w*c : (y+1)*w*c]
		k.add(row, row, src[((y+pad-from)*width+pad)*c:][:w*c])
	}
}

// gatherInput adds the gradient of an image to dx, or sets dx if bias has zeros and is not nil. See
// gatherConv.
func (c *Conv) gatherInput(k *kernels, s *scratch, dx, dy, panels, bias []float32) {
	g, terms := c.gather, c.KH*c.KW*c.O
	for row := 0; row < c.H; row += g.strip {
		end := min(row+g.strip, c.H)
		a := dy
		if g.width > c.W || c.KH > 1 {
			n := end - row + c.KH - 1
			a = s.floats[:n*g.width*c.O]
			border(a, dy, c.OH, c.OW, c.O, g.top, g.left, g.width, row, n, 0)
		}
		k.indexed(indexedProduct{
			m: (end - row) * c.W, n: c.C, k: terms, at: g.at, terms: g.terms, a: a,
			b: panels, ldb: panelColumns, ldp: panelColumns * terms, c: dx[row*c.W*c.C:], bias: bias, floor: noFloor,
		})
	}
}

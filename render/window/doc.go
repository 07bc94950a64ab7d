// Package window shows a raster.Screen in a window. Built with the tag headless it
// has none, and says so.
package window

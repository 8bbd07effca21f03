"""Painting shared by views: display lists, tracks and small curves, with QPainter."""

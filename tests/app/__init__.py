"""Tests the window: its state, its services and its views, on a real but invisible screen."""

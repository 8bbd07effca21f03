"""The bar under all views that goes through the captured steps of a run and plays them back."""

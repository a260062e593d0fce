"""Common corruptions of pictures, a file each: noise, blur, weather, and what storing and resizing do."""

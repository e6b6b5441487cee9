"""What libraries have removed or changed: a file or more a library, one record a change."""

"""What libraries have removed or changed: one file a library, one record a change."""

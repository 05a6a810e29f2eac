"""The dictionary of the sample programs, kept in a file from run to run."""
import atexit, json, pathlib

FILE = pathlib.Path("store.json")
STORE = json.loads(FILE.read_text()) if FILE.exists() else {}
atexit.register(lambda: FILE.write_text(json.dumps(STORE)))

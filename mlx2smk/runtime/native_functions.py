"""The functions and classes of well-known libraries that open files in C, C++ or Rust, by module.

Those that do either, depending on a mode, are among the readers.
"""

from __future__ import annotations


def _methods(owner: str, names: str) -> str:
    return " ".join(f"{owner}.{name}" for name in names.split())


SQL = "sql query execute from_query read_csv read_parquet read_json from_csv_auto from_parquet"

READERS = {
    "MDAnalysis.coordinates.DCD": "DCDReader.__init__",
    "MDAnalysis.lib.formats.libmdaxdr": "_XDRFile.open",
    "SimpleITK": "ReadImage",
    "av": "open",
    "blosc2": "load_array load_tensor open",
    "cantera": "Solution Interface",
    "catboost.core": "CatBoost.load_model Pool.__init__",
    "cffi": "FFI.dlopen",
    "cv2": (
        "CascadeClassifier CascadeClassifier.load VideoCapture VideoCapture.open imcount imread "
        "imreadWithMetadata imreadanimation imreadmulti "
        + _methods(
            "dnn",
            "readNet readNetFromCaffe readNetFromDarknet readNetFromONNX readNetFromTFLite "
            "readNetFromTensorflow readNetFromTorch readTensorFromONNX",
        )
    ),
    "deltalake": "DeltaTable.__init__",
    "cyvcf2.cyvcf2": "VCF",
    "decord.audio_reader": "AudioReader.__init__",
    "decord.video_reader": "VideoReader.__init__",
    "duckdb": f"connect {SQL} {_methods('DuckDBPyConnection', SQL)}",
    "faiss": "read_index read_index_binary read_VectorTransform",
    "fasttext.FastText": "load_model train_supervised train_unsupervised",
    "fiona": "open",
    "fitsio": "read FITS.__init__",
    "geopandas": "read_file",
    "gmsh": "merge open",
    "gurobipy": "Model.read read",
    "h5py.h5f": "open",
    "highspy._core": "_Highs.readBasis _Highs.readModel _Highs.readSolution",
    "lightgbm": "Dataset.__init__ Booster.__init__",
    "lance": "dataset write_dataset",
    "lmdb": "open Environment",
    "lxml.etree": "DTD RelaxNG Schematron XMLSchema",
    "lxml.objectify": "parse",
    "mdtraj.core.trajectory": "iterload load load_frame",
    "mdtraj.formats.dcd": "DCDTrajectoryFile",
    "mdtraj.formats.dtr": "DTRTrajectoryFile",
    "mdtraj.formats.trr": "TRRTrajectoryFile",
    "mdtraj.formats.xtc": "XTCTrajectoryFile",
    "mujoco": "MjModel.from_xml_path MjModel.from_binary_path MjSpec.from_file",
    "netCDF4": "Dataset MFDataset",
    "onnxruntime": "InferenceSession.__init__",
    "polars": (
        "read_csv read_csv_batched scan_csv read_parquet read_parquet_schema scan_parquet read_ipc "
        "read_ipc_schema read_ipc_stream scan_ipc read_json read_ndjson scan_ndjson read_avro read_excel "
        "read_lines scan_lines sql SQLContext.execute DataFrame.deserialize LazyFrame.deserialize"
    ),
    "pyBigWig": "open",
    "pyarrow": "OSFile memory_map input_stream",
    "pyarrow._fs": _methods(
        "FileSystem", "copy_file open_append_stream open_input_file open_input_stream"
    ),
    "pyarrow.csv": "read_csv open_csv",
    "pyarrow.dataset": "dataset",
    "pyarrow.feather": "read_feather read_table",
    "pyarrow.ipc": "open_file open_stream",
    "pyarrow.json": "read_json open_json",
    "pyarrow.orc": "read_table ORCFile.__init__",
    "pyarrow.parquet": (
        "read_table read_pandas read_schema read_metadata ParquetFile.__init__ ParquetDataset.__init__"
    ),
    "pybullet": "loadBullet loadMJCF loadSDF loadTexture loadURDF",
    "pymeshlab": "MeshSet.load_new_mesh MeshSet.load_project",
    "pymupdf": "Document.__init__ Pixmap.__init__",
    "pyogrio": "read_dataframe read_arrow open_arrow read_info read_bounds list_layers",
    "pypdfium2._helpers.document": "PdfDocument.__init__",
    "pyreadr": "read_r",
    "pyreadstat": "read_sav read_dta read_sas7bdat read_sas7bcat read_xport read_por",
    "pyscipopt.scip": "Model.readParams Model.readProblem Model.readSol",
    "pysam": "AlignmentFile VariantFile FastaFile FastxFile TabixFile",
    "pysam.utils": "PysamDispatcher.__call__",
    "pyvista.core.utilities.fileio": "read",
    "rasterio": "open",
    "rdkit.Chem.rdmolfiles": (
        "ForwardSDMolSupplier MaeMolSupplier MolFromMol2File MolFromMolFile MolFromMrvFile MolFromPDBFile "
        "MolFromPNGFile MolFromTPLFile MolFromXYZFile MolsFromCDXMLFile MolsFromPNGFile "
        "MultithreadedSDMolSupplier MultithreadedSmilesMolSupplier SDMolSupplier SmilesMolSupplier "
        "TDTMolSupplier"
    ),
    "safetensors": "safe_open",
    "scipy.io._fast_matrix_market._fmm_core": "open_read_file",
    "sentencepiece": "SentencePieceProcessor.LoadFromFile",
    "soundfile": "read info blocks SoundFile.__init__",
    "tables": "open_file",
    "tokenizers": "Tokenizer.from_file Tokenizer.train",
    "tokenizers.models": (
        "BPE.from_file BPE.read_file WordLevel.from_file WordLevel.read_file WordPiece.from_file "
        "WordPiece.read_file"
    ),
    "torch": "from_file",
    "torch.export": "load",
    "torch.jit": "load",
    "torch.storage": "UntypedStorage.from_file",
    "torchvision.io": (
        "read_file read_image decode_image read_video read_video_timestamps VideoReader.__init__"
    ),
    "usearch.index": "Index.load Index.metadata Index.restore Index.view",
    "xgboost": "DMatrix.__init__ Booster.__init__ Booster.load_model",
}

WRITERS = {
    "MDAnalysis.coordinates.DCD": "DCDWriter.__init__",
    "SimpleITK": "WriteImage",
    "blosc2": "asarray save_array save_tensor",
    "catboost.core": "CatBoost.save_model",
    "cv2": "VideoWriter VideoWriter.open imwrite imwriteWithMetadata imwriteanimation imwritemulti",
    "deltalake": "write_deltalake",
    "cyvcf2.cyvcf2": "Writer",
    "duckdb": _methods("DuckDBPyRelation", "write_csv to_csv write_parquet to_parquet"),
    "faiss": "write_index write_index_binary write_VectorTransform",
    "fasttext.FastText": "_FastText.save_model",
    "fitsio": "write",
    "gmsh": "write",
    "gurobipy": "Model.write",
    "h5py.h5f": "create",
    "highspy._core": "_Highs.writeBasis _Highs.writeModel _Highs.writeSolution",
    "lightgbm": "Dataset.save_binary Booster.save_model",
    "lxml.etree": (
        "_ElementTree.write _ElementTree.write_c14n _XSLTResultTree.write_output htmlfile xmlfile"
    ),
    "networkit.graphio": "writeGraph",
    "polars": (
        _methods(
            "DataFrame",
            "serialize write_avro write_csv write_ipc write_ipc_stream write_json write_ndjson write_parquet",
        )
        + " "
        + _methods("LazyFrame", "serialize sink_csv sink_ipc sink_ndjson sink_parquet")
    ),
    "pyarrow": "output_stream create_memory_map",
    "pyarrow._fs": "FileSystem.open_output_stream",
    "pyarrow.csv": "write_csv CSVWriter",
    "pyarrow.feather": "write_feather",
    "pyarrow.ipc": "new_file new_stream RecordBatchFileWriter.__init__ RecordBatchStreamWriter.__init__",
    "pyarrow.orc": "write_table ORCWriter.__init__",
    "pyarrow.parquet": "write_table write_metadata ParquetWriter.__init__",
    "pymeshlab": "MeshSet.save_current_mesh MeshSet.save_project",
    "pymupdf": "Document.ez_save Document.save Pixmap.save",
    "pyogrio": "write_dataframe write_arrow",
    "pyreadr": "write_rds write_rdata",
    "pyreadstat": "write_sav write_dta write_xport write_por",
    "pyscipopt.scip": "Model.writeBestSol Model.writeParams Model.writeProblem Model.writeSol",
    "pyvista.core.dataobject": "DataObject.save",
    "rdkit.Chem.rdmolfiles": (
        "MaeWriter MolToCMLFile MolToMolFile MolToMrvFile MolToPDBFile MolToTPLFile MolToV3KMolFile "
        "MolToXYZFile PDBWriter SDWriter SmilesWriter TDTWriter"
    ),
    "safetensors": "serialize_file",
    "scipy.io._fast_matrix_market._fmm_core": "open_write_file",
    "soundfile": "write",
    "tokenizers": "Tokenizer.save",
    "torch.export": "save",
    "torch.jit": "save ScriptModule.save RecursiveScriptModule.save",
    "torch.serialization": "save",
    "torchvision.io": "write_file write_jpeg write_png write_video",
    "usearch.index": "Index.save",
    "xgboost": "DMatrix.save_binary Booster.save_model",
}

VISITED = {"pyarrow.dataset": "write_dataset"}
"""Those that call their argument `file_visitor` for each file that they have written into a folder."""

STORAGES = {"cv2": "FileStorage FileStorage.open"}
"""Those that are given a number which says whether they read or write."""

STORES = {"tensorstore": "open KvStore.open"}
"""Those that are given descriptions of arrays, which name folders."""

TELLING = {"pysam": "tabix_compress tabix_index", "tokenizers.models": "Model.save"}
"""Those that return the names of the files that they have written."""

TRAINERS = {"sentencepiece": "SentencePieceTrainer.Train SentencePieceTrainer.train"}
"""Those whose options name the texts to learn from, and the beginning of the names of what they write."""

KEEPING = {"MDAnalysis.coordinates.XDR": "XDRBaseReader._load_offsets XDRBaseReader._read_offsets"}
"""Those that keep beside a file what they find by reading it, and compare times and sizes to see whether it still holds."""

FROM_START = frozenset(("w", "wb", "wt", "w-", "x", "xb", "ws", "wh", "wc", "wz"))
"""Modes in which a file is written from its beginning."""

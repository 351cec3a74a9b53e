/**
 * nablab's classes, including those that are not exported: an object that a cell gets from nablab leads to the prototype of
 * its class, which must be frozen. `test/kernel/own-classes.test.ts` finds missing ones.
 */
import { Complex } from "../autodiff/complex-step.js";
import { Dual } from "../autodiff/dual.js";
import { GradientCheck } from "../autodiff/gradient-check.js";
import { Variable } from "../autodiff/tape.js";
import { Arena } from "../compute/arena.js";
import { Barrier } from "../compute/barrier.js";
import { CsvLabels } from "../data/csv-labels.js";
import { CsvScanner } from "../data/csv-scanner.js";
import { CsvTable, TrailingColumn } from "../data/csv-table.js";
import { Grower } from "../data/grower.js";
import { InMemoryDataset } from "../data/in-memory-dataset.js";
import { ReadingProgress } from "../data/reading-progress.js";
import { Utf8Stream } from "../data/utf8-stream.js";
import { Figure } from "../display/figure.js";
import { LiveFigure } from "../display/live-figure.js";
import { Artist } from "../display/static-image.js";
import { Room, Views } from "../engine/memory.js";
import { Pace } from "../engine/pace.js";
import { Relay } from "../engine/relay.js";
import { Samples } from "../engine/samples.js";
import { ThreadNetwork } from "../engine/step.js";
import { Clock, Optimiser } from "../engine/work.js";
import { Calibration } from "../metrics/calibration.js";
import { ConfusionMatrix } from "../metrics/confusion-matrix.js";
import { RocCurve } from "../metrics/roc-curve.js";
import { WorstMistakes } from "../metrics/worst-mistakes.js";
import { Dense } from "../nn/dense.js";
import { Sequential } from "../nn/sequential.js";
import { NodeLineFile } from "../platform/line-file.js";
import { ChildProgram } from "../platform/programs.js";
import { NodeThread } from "../platform/threads.js";
import { AsTable } from "../sweep/as-table.js";
import { DaskExecutor } from "../sweep/dask.js";
import { Grid } from "../sweep/grid.js";
import { SweepGroups } from "../sweep/groups.js";
import { Halving } from "../sweep/halving.js";
import { InProcessExecutor } from "../sweep/in-process.js";
import { LiveSweep, SweepProgress } from "../sweep/live.js";
import { LocalExecutor } from "../sweep/local.js";
import { Places } from "../sweep/places.js";
import { SweepResults } from "../sweep/results.js";
import { Rows } from "../sweep/rows.js";
import { FolderStore, MemoryStore } from "../sweep/store.js";
import { KilledWhileLoading, WorkerProcess } from "../sweep/worker-process.js";
import { Random } from "../tensor/random.js";
import { Tensor } from "../tensor/tensor.js";
import { Basins } from "../theory/descent/basins.js";
import { Landscape } from "../theory/descent/landscape.js";
import { Path as DescentPath } from "../theory/descent/path.js";
import { Ensemble } from "../theory/stochastic/ensemble.js";
import { CheckFailed } from "../theory/verdicts/check.js";
import { Checkpoint } from "../train/checkpoint.js";
import { Run } from "../train/run.js";
import { Session as TrainingSession } from "../train/session.js";
import { TrainingChart } from "../train/training-chart.js";
import { Button } from "../widgets/button.js";
import { Dropdown } from "../widgets/dropdown.js";
import { Model as WidgetModel } from "../widgets/model.js";
import { Sketch } from "../widgets/sketch.js";
import { Slider } from "../widgets/slider.js";

export const ownClasses: readonly unknown[] = [
  Arena,
  Artist,
  Barrier,
  Basins,
  Button,
  Calibration,
  CheckFailed,
  Checkpoint,
  ChildProgram,
  Clock,
  Complex,
  ConfusionMatrix,
  CsvLabels,
  CsvScanner,
  CsvTable,
  DaskExecutor,
  Dense,
  DescentPath,
  Dropdown,
  Dual,
  Ensemble,
  Figure,
  FolderStore,
  GradientCheck,
  AsTable,
  Grid,
  Grower,
  Halving,
  InMemoryDataset,
  InProcessExecutor,
  KilledWhileLoading,
  Landscape,
  LiveFigure,
  LiveSweep,
  LocalExecutor,
  MemoryStore,
  NodeLineFile,
  NodeThread,
  Optimiser,
  Pace,
  Random,
  ReadingProgress,
  RocCurve,
  Relay,
  Room,
  Places,
  Rows,
  Run,
  Samples,
  Sequential,
  Sketch,
  Slider,
  SweepGroups,
  SweepProgress,
  SweepResults,
  Tensor,
  ThreadNetwork,
  TrailingColumn,
  TrainingChart,
  TrainingSession,
  Utf8Stream,
  Variable,
  Views,
  WidgetModel,
  WorkerProcess,
  WorstMistakes,
];
